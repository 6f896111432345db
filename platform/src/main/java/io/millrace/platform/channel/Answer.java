package io.millrace.platform.channel;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.millrace.persistence.WriteId;
import io.millrace.protocol.Code;
import io.millrace.protocol.JsonData;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of one write: an outcome for each of its requests, in their order. Sent only after the commit. */
public record Answer(WriteId write, List<Outcome> outcomes) implements Travels {

    /** What became of one request: all of its events, or none. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Accepted.class, name = "accepted"),
        @JsonSubTypes.Type(value = Conflicted.class, name = "conflicted"),
        @JsonSubTypes.Type(value = Declined.class, name = "declined"),
        @JsonSubTypes.Type(value = Limited.class, name = "limited"),
        @JsonSubTypes.Type(value = Waits.class, name = "waits"),
        @JsonSubTypes.Type(value = Unconfirmed.class, name = "unconfirmed"),
        @JsonSubTypes.Type(value = Done.class, name = "done")
    })
    public sealed interface Outcome {}

    /** Every event of the request stands in the journal, at these places. */
    public record Accepted(List<Receipt> receipts) implements Outcome {}

    /** The request's event number {@code index} carries a key that was used for another body. Nothing was appended. */
    public record Conflicted(int index, long offset) implements Outcome {}

    /**
     * A command was done.
     *
     * @param offset the last of its events; the head where it came to none
     */
    public record Done(long offset, int events, boolean duplicate, @Nullable JsonData reply) implements Outcome {}

    /** A rule of the channel is against the request. Nothing was appended. */
    public record Declined(Code code, String detail) implements Outcome {}

    /** More than the channel's rate allows. Nothing was appended; it may be tried again after so long. */
    public record Limited(long retryAfterMillis) implements Outcome {}

    /** The request's events wait for their turn, the newest of each value key; another answer to this write follows. */
    public record Waits() implements Outcome {}

    /** The write stands in the journal, but what became of this request in it is no longer known. */
    public record Unconfirmed() implements Outcome {}

    /**
     * Where one event stands.
     *
     * @param duplicate whether an earlier request had put it there
     * @param superseded whether it is a newer event of the same value key that stands there in its place
     */
    public record Receipt(long offset, boolean duplicate, boolean superseded) {
        public Receipt(long offset, boolean duplicate) {
            this(offset, duplicate, false);
        }
    }
}
