/**
 * One client: what it follows, where it is, what it may, how it ends. A sharded actor on the node of its socket holds the
 * control, its Source graph the data. Uses {@code relay}, {@code access}, {@code persistence} and {@code protocol}.
 */
@NullMarked
package io.millrace.platform.connection;

import org.jspecify.annotations.NullMarked;
