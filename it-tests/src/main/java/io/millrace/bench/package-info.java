/**
 * The benchmark: a load generator that counts and checks every delivery, and the floor it compares the product with.
 * Talks to the product only through its sockets, so it measures what a client would see. {@link io.millrace.bench.Bench}
 * is the door; {@code BENCHMARK.md} says how to run it and what each figure means.
 */
@NullMarked
package io.millrace.bench;

import org.jspecify.annotations.NullMarked;
