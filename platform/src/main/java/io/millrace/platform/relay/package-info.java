/**
 * The channel's agent on a node: publishes go in gathered, announcements come out encoded once. Uses {@code channel},
 * {@code persistence} and {@code protocol}; doesn't know connections, only {@link io.millrace.platform.relay.Listener}s.
 */
@NullMarked
package io.millrace.platform.relay;

import org.jspecify.annotations.NullMarked;
