package io.millrace.platform.edge;

import io.millrace.platform.access.Act;
import io.millrace.platform.access.Login;
import io.millrace.platform.presence.Here;
import io.millrace.platform.presence.Presences;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.PresentUser;
import io.millrace.protocol.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code GET /v1/channels/{channel}/presence}: who follows a channel, on whatever node and by whatever transport. */
final class PresenceDoor {
    private static final int MOST = 1000;

    private final Logins logins;
    private final Presences presences;

    PresenceDoor(Logins logins, Presences presences) {
        this.logins = logins;
        this.presences = presences;
    }

    CompletionStage<HttpResponse> read(Call call, ChannelName channel) {
        return logins.require(call).thenCompose(login -> {
            requirePresence(login, channel);
            boolean away = call.flag("away");
            return presences.who(channel).handle((crowd, failure) -> {
                if (failure != null) {
                    throw new Refused(Refusal.of(
                            Code.CHANNEL_UNAVAILABLE, Code.CHANNEL_UNAVAILABLE.happened(), Duration.ofSeconds(5)));
                }
                return Replies.json(
                        200,
                        PresentUser.page(
                                channel, users(crowd.here()), crowd.here().size(), away ? users(crowd.gone()) : null));
            });
        });
    }

    /** Where there is no presence to be had, or none for this login, it is refused before anything begins. */
    void requirePresence(Login login, ChannelName channel) {
        logins.requireAct(login, Act.PRESENCE, channel);
        if (!presences.isOn(channel)) {
            throw new Refused(Refusal.of(
                    Code.NOT_FOUND, "presence is off for this family: millrace.families." + channel.family()));
        }
    }

    private static List<PresentUser> users(List<Here> here) {
        return here.stream()
                .sorted(Comparator.comparingLong(Here::seenMillis).reversed().thenComparing(Here::user))
                .limit(MOST)
                .map(each -> new PresentUser(
                        each.user(),
                        each.connections(),
                        each.connections() == 0 ? null : Instant.ofEpochMilli(each.sinceMillis()),
                        Instant.ofEpochMilli(each.seenMillis())))
                .toList();
    }
}
