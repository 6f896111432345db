package io.millrace.platform.channel;

import io.millrace.persistence.WriteId;
import io.millrace.platform.channel.Answer.Accepted;
import io.millrace.platform.channel.Answer.Outcome;
import io.millrace.platform.channel.Answer.Receipt;
import io.millrace.platform.channel.Answer.Waits;
import io.millrace.platform.channel.Channel.Request;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** One write's receipts while they come in: a request is answered when its last event has found its place. */
final class LatestTicket {
    private final WriteId write;
    private final ActorRef<Answer> replyTo;
    private final List<@Nullable Receipt[]> receipts = new ArrayList<>();
    private final @Nullable Outcome[] outcomes;

    LatestTicket(WriteId write, List<Request> requests, ActorRef<Answer> replyTo) {
        this.write = write;
        this.replyTo = replyTo;
        this.outcomes = new Outcome[requests.size()];
        requests.forEach(request -> receipts.add(new Receipt[request.drafts().size()]));
    }

    /** The right to a receipt for one event of one request. */
    record Claim(LatestTicket ticket, int request, int draft, boolean isDuplicate, boolean isSuperseded) {
        Claim superseded() {
            return new Claim(ticket, request, draft, isDuplicate, true);
        }

        Claim duplicate() {
            return new Claim(ticket, request, draft, true, isSuperseded);
        }
    }

    WriteId write() {
        return write;
    }

    ActorRef<Answer> replyTo() {
        return replyTo;
    }

    void refuse(int request, Outcome outcome) {
        outcomes[request] = outcome;
    }

    void settle(Claim claim, Receipt receipt) {
        @Nullable Receipt[] all = receipts.get(claim.request());
        all[claim.draft()] = receipt;
        List<Receipt> found = new ArrayList<>(all.length);
        for (Receipt each : all) {
            if (each == null) {
                return;
            }
            found.add(each);
        }
        outcomes[claim.request()] = new Accepted(found);
    }

    /** As far as it is known; the rest waits. */
    Answer answer() {
        return new Answer(
                write,
                Arrays.stream(outcomes)
                        .map(outcome -> outcome == null ? new Waits() : outcome)
                        .toList());
    }
}
