/**
 * One channel, one writer: a sharded event-sourced entity that numbers events, remembers idempotency keys, commits to the
 * journal and then tells its followers. Uses {@code family}, {@code persistence} and {@code protocol}; doesn't know who follows it.
 */
@NullMarked
package io.millrace.platform.channel;

import org.jspecify.annotations.NullMarked;
