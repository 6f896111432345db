/**
 * Other systems' addresses and words, as a configuration gives them: {@link io.millrace.platform.preset.Aliases} lead paths
 * to doors and channels, a {@link io.millrace.platform.preset.Preset} says in which manner such a door answers. Words only:
 * what is promised, who may what, and cursors stay as they are everywhere. Uses {@code protocol} only; is used by edge and
 * connection.
 */
@NullMarked
package io.millrace.platform.preset;

import org.jspecify.annotations.NullMarked;
