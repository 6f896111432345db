package io.millrace.platform.edge;

import io.millrace.platform.connection.FamilyWant;
import io.millrace.platform.connection.Taps;
import io.millrace.platform.connection.Views;
import io.millrace.platform.connection.Want;
import io.millrace.platform.family.Families;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Filter;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.Start;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/tap?channel=a&channel=b} or {@code ?family=jobs}, for admins: what goes through, and who follows it. */
final class TapDoor {
    private final Logins logins;
    private final Taps taps;
    private final Views views;
    private final EdgeSettings settings;

    TapDoor(Logins logins, Taps taps, Families families, EdgeSettings settings) {
        this.logins = logins;
        this.taps = taps;
        this.views = new Views(families.unveiled());
        this.settings = settings;
    }

    CompletionStage<HttpResponse> open(Call call) {
        return logins.requireAdmin(call).thenApply(login -> {
            String family = call.parameter("family");
            FamilyWant whole = family == null ? null : whole(call, family);
            List<Want> wants = wants(call);
            if ((whole == null) == wants.isEmpty()) {
                throw new InvalidInput(Code.INVALID_PARAMETER, "channel", "name channels, or a family alone");
            }
            return HttpResponse.create()
                    .addHeaders(StreamDoor.HEADERS)
                    .withEntity(HttpEntities.createCloseDelimited(
                            MediaTypes.TEXT_EVENT_STREAM.toContentType(), Source.empty()))
                    .addAttribute(EventStream.KEY, new EventStream(taps.open(login, wants, whole), null));
        });
    }

    private List<Want> wants(Call call) {
        Set<ChannelName> channels = new LinkedHashSet<>();
        call.parameters("channel").forEach(name -> channels.add(ChannelName.of(name)));
        if (channels.size() > settings.streamChannels()) {
            throw new InvalidInput(
                    Code.TOO_MANY_CHANNELS, "channel", "at most " + settings.streamChannels() + " in one tap");
        }
        String from = call.parameter("from");
        Start start = from == null ? new Start.Latest() : Start.parse(from);
        Filter filter = call.filter();
        return channels.stream()
                .map(channel -> new Want(channel, StreamDoor.lastEventId(call), start, filter))
                .toList();
    }

    private FamilyWant whole(Call call, String family) {
        ChannelName.of(family); // names it where it is none
        @Nullable String from = call.parameter("from");
        FamilyWant want = FamilyWant.of(family, StreamDoor.lastEventId(call), from, call.filter());
        views.requireWhole(want);
        return want;
    }
}
