package io.millrace.persistence;

import io.millrace.protocol.Revocation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What was taken back, for every node to read. Every stage fails with {@link JournalUnavailable} when the database can't be
 * asked in time. Safe for use by many threads.
 */
public interface Revocations {

    /** All that hold, oldest first, and the version they make. */
    record Known(long version, List<Revocation> revocations) {
        public Known {
            revocations = List.copyOf(revocations);
        }
    }

    /** What is known now, or empty where that is still {@code version}; -1 is never a version. */
    CompletionStage<Optional<Known>> unless(long version);

    /**
     * Takes something back from this moment on, by the database's clock.
     *
     * @param keep how long it counts; null: until it is removed
     */
    CompletionStage<Revocation> add(
            Revocation.Kind kind, String value, @Nullable String reason, String by, @Nullable Duration keep);

    /** Takes a revocation away; false where there is none with that id. */
    CompletionStage<Boolean> remove(long id);
}
