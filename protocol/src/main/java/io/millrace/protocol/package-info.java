/**
 * The words on the wire: names, positions, cursors, events, frames, refusals, endings. Knows no actor and no other room;
 * every other room speaks its words. {@code PROTOCOL.md} is the truth, this code obeys it.
 */
@NullMarked
package io.millrace.protocol;

import org.jspecify.annotations.NullMarked;
