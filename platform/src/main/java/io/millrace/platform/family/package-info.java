/**
 * What a channel promises by its name: the settings of its family, as every other room reads them. Uses {@code protocol}
 * only; any room may use it.
 */
@NullMarked
package io.millrace.platform.family;

import org.jspecify.annotations.NullMarked;
