package io.millrace.platform.edge;

import io.millrace.persistence.JournalUnavailable;
import io.millrace.platform.connection.NotAdmitted;
import io.millrace.protocol.Code;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.Refusal;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What goes wrong behind a door, told as a refusal. Only what is nobody's fault but ours is logged, once. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    static Refusal refusal(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof Refused refused) {
            return refused.refusal();
        }
        if (cause instanceof NotAdmitted turnedAway) {
            return turnedAway.refusal();
        }
        if (cause instanceof InvalidInput invalid) {
            return Refusal.of(invalid);
        }
        if (cause instanceof JournalUnavailable) {
            LOG.warn("The journal could not be asked: {}", cause.toString());
            return Refusal.of(Code.DATABASE_UNAVAILABLE, Code.DATABASE_UNAVAILABLE.happened(), Duration.ofSeconds(2));
        }
        LOG.error("A request failed", cause);
        return Refusal.of(Code.INTERNAL_ERROR);
    }

    static boolean isTooLarge(Throwable failure) {
        return unwrap(failure) instanceof EntityStreamSizeException;
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
