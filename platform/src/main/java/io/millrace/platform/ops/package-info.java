/** Health, metrics and stats. Looks, never touches. Uses every room but {@code edge} and {@code boot}. */
@NullMarked
package io.millrace.platform.ops;

import org.jspecify.annotations.NullMarked;
