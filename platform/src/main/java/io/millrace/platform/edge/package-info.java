/**
 * The doors: HTTP publish, event streams, WebSocket, history and long-poll. Each decodes, asks one room and maps the
 * outcome. Uses {@code connection}, {@code relay}, {@code access}, {@code persistence} and {@code protocol}.
 */
@NullMarked
package io.millrace.platform.edge;

import org.jspecify.annotations.NullMarked;
