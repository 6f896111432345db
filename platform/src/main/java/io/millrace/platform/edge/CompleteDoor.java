package io.millrace.platform.edge;

import io.millrace.platform.access.Act;
import io.millrace.platform.family.Families;
import io.millrace.platform.relay.Published;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Draft;
import io.millrace.protocol.JsonInput;
import io.millrace.protocol.Refusal;
import io.millrace.protocol.StreamEnd;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code POST /v1/channels/{channel}/complete}: ends a channel's stream, in peace or with a problem, for good. */
final class CompleteDoor {
    private final Logins logins;
    private final Families families;
    private final Relays relays;
    private final PublishDoor publish;
    private final JsonInput.Limits limits;

    CompleteDoor(Logins logins, Families families, Relays relays, PublishDoor publish, JsonInput.Limits limits) {
        this.logins = logins;
        this.families = families;
        this.relays = relays;
        this.publish = publish;
        this.limits = limits;
    }

    CompletionStage<HttpResponse> complete(Call call, ChannelName channel) {
        return logins.require(call).thenCompose(login -> {
            logins.requireAct(login, Act.PUBLISH, channel);
            if (!families.of(channel).isJournaled()) {
                throw new Refused(Refusal.of(
                        Code.INVALID_REQUEST, "channels of this family keep nothing, so that their end would be lost"));
            }
            return publish.body(call).thenCompose(body -> {
                Draft end = StreamEnd.draft(body, limits, call.header("Idempotency-Key"));
                int most = families.of(channel).publishing().eventBytes();
                if (end.data().size() > most) {
                    throw new Refused(
                            Refusal.of(Code.EVENT_TOO_LARGE, "an event's data is at most " + most + " bytes"));
                }
                return relays.publish(channel, login.subject(), List.of(end))
                        .thenApply(published -> answer(call, published));
            });
        });
    }

    private static HttpResponse answer(Call call, Published published) {
        return published instanceof Published.Accepted accepted
                ? Replies.json(201, accepted.receipts().get(0).json())
                : Replies.refusal(((Published.Refused) published).refusal(), call.address());
    }
}
