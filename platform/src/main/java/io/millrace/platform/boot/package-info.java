/** Main: settings to records, rooms started bottom-up and stopped top-down. The only room that sees {@code Config}. */
@NullMarked
package io.millrace.platform.boot;

import org.jspecify.annotations.NullMarked;
