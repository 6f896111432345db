/** The benchmark's own parts: what counts and compares must be right before anything it says is worth reading. */
@NullMarked
package io.millrace.bench;

import org.jspecify.annotations.NullMarked;
