package io.millrace.platform.edge;

import io.millrace.platform.access.Act;
import io.millrace.platform.family.Families;
import io.millrace.platform.family.Family;
import io.millrace.platform.relay.Relays;
import io.millrace.platform.relay.StateRead;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Position;
import io.millrace.protocol.Refusal;
import io.millrace.protocol.StatePage;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code GET /v1/channels/{channel}/state}: what a channel's events come to, and the position at which they do. */
final class StateDoor {
    private final Logins logins;
    private final Families families;
    private final Relays relays;
    private final Epoch epoch;

    StateDoor(Logins logins, Families families, Relays relays, Epoch epoch) {
        this.logins = logins;
        this.families = families;
        this.relays = relays;
        this.epoch = epoch;
    }

    CompletionStage<HttpResponse> read(Call call, ChannelName channel) {
        return logins.require(call).thenCompose(login -> {
            logins.requireAct(login, Act.HISTORY, channel);
            require(channel);
            return relays.state(channel).thenApply(read -> {
                if (read instanceof StateRead.At state) {
                    Position position = new Position(epoch, state.offset());
                    return Replies.json(200, new StatePage(channel, position, state.data()).json());
                }
                return Replies.refusal(((StateRead.Refused) read).refusal(), call.address());
            });
        });
    }

    /** Refuses channels whose family makes no state of its events. */
    void require(ChannelName channel) {
        if (families.of(channel).behaviour().equals(Family.LOG)) {
            throw new Refused(Refusal.of(Code.NO_STATE, channel + " is a log: its family's behaviour makes no state"));
        }
    }
}
