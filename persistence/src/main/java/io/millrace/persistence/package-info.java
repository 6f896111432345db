/**
 * The memory: stored events, schema and migrations, "read this channel from here", retention, the epoch, the embedded
 * default. Uses {@code protocol}; is used by the platform's rooms. Knows no channel actor: it keeps what channels write.
 */
@NullMarked
package io.millrace.persistence;

import org.jspecify.annotations.NullMarked;
