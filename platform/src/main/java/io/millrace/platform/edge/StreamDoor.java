package io.millrace.platform.edge;

import io.millrace.platform.access.Act;
import io.millrace.platform.access.Login;
import io.millrace.platform.connection.Connections;
import io.millrace.platform.connection.FamilyWant;
import io.millrace.platform.connection.Form;
import io.millrace.platform.connection.Opening;
import io.millrace.platform.connection.Transport;
import io.millrace.platform.connection.Views;
import io.millrace.platform.connection.Want;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Filter;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.Refusal;
import io.millrace.protocol.Start;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/channels/{channel}/events} and {@code GET /v1/events?channel=a&channel=b}: Server-Sent Events. What a
 * client that comes back has missed comes first; where that can't be had whole, the first event says {@code reset}.
 */
final class StreamDoor {
    /** Headers that keep proxies from holding events back, changing or storing them. */
    private static final List<HttpHeader> HEADERS = List.of(
            RawHeader.create("Cache-Control", "no-cache, no-transform"), RawHeader.create("X-Accel-Buffering", "no"));

    private static final List<HttpHeader> ZIPPED_HEADERS = Stream.concat(
                    HEADERS.stream(),
                    Stream.of(
                            RawHeader.create("Content-Encoding", "gzip"), RawHeader.create("Vary", "Accept-Encoding")))
            .toList();

    private final Logins logins;
    private final Connections connections;
    private final Views views;
    private final EdgeSettings settings;

    StreamDoor(Logins logins, Edge.Rooms rooms, EdgeSettings settings) {
        this.logins = logins;
        this.connections = rooms.connections();
        this.views = new Views(rooms.families());
        this.settings = settings;
    }

    CompletionStage<HttpResponse> open(Call call, Set<ChannelName> channels) {
        return logins.require(call).thenCompose(login -> {
            String lastEventId = lastEventId(call);
            String from = call.parameter("from");
            Start start = from == null ? new Start.Latest() : Start.parse(from);
            Filter filter = call.filter();
            Form form = call.form();
            boolean liveOnly = lastEventId == null && start instanceof Start.Latest;
            for (ChannelName channel : channels) {
                logins.requireAct(login, Act.SUBSCRIBE, channel);
                views.requireFilterable(channel, filter);
                if (!liveOnly) {
                    logins.requireAct(login, Act.HISTORY, channel);
                }
            }
            Capacity.require(connections, settings);
            List<Want> wants = channels.stream()
                    .map(channel -> new Want(channel, lastEventId, start, filter))
                    .toList();
            return stream(call, login, wants, null, form);
        });
    }

    /** {@code GET /v1/events?channel=family:*}: a whole family, alone on its connection and always in full. */
    CompletionStage<HttpResponse> openFamily(Call call, String family) {
        return logins.require(call).thenCompose(login -> {
            Form asked = call.form();
            FamilyWant want = FamilyWant.of(family, lastEventId(call), call.parameter("from"), call.filter());
            views.requireWhole(want);
            logins.requireFamily(login, views, want);
            Capacity.require(connections, settings);
            return stream(call, login, List.of(), want, new Form(true, asked.batch(), asked.compressAbove()));
        });
    }

    private CompletionStage<HttpResponse> stream(
            Call call, Login login, List<Want> wants, @Nullable FamilyWant family, Form form) {
        boolean zipped = connections.mayZip() && call.acceptsGzip();
        return connections
                .open(new Opening(Transport.SSE, login, wants, family, form, zipped, logins::verify))
                .frames()
                .thenApply(frames -> HttpResponse.create()
                        .addHeaders(zipped ? ZIPPED_HEADERS : HEADERS)
                        .withEntity(HttpEntities.createCloseDelimited(
                                MediaTypes.TEXT_EVENT_STREAM.toContentType(), Source.empty()))
                        .addAttribute(EventStream.KEY, new EventStream(frames, null)));
    }

    /** The one family asked for as a whole, or null where single channels are. */
    static @Nullable String family(Call call) {
        List<String> channels = call.parameters("channel");
        String family = channels.size() == 1 ? FamilyWant.familyOf(channels.get(0)) : null;
        if (family != null) {
            ChannelName.of(family); // names it where it is none
        }
        return family;
    }

    /** The channels named in the query, each once. */
    Set<ChannelName> channels(Call call) {
        Set<ChannelName> channels = new LinkedHashSet<>();
        call.parameters("channel").forEach(name -> channels.add(ChannelName.of(name)));
        if (channels.isEmpty()) {
            throw new InvalidInput(Code.INVALID_PARAMETER, "channel", "name at least one: ?channel=a&channel=b");
        }
        if (channels.size() > settings.streamChannels()) {
            throw new Refused(
                    Refusal.of(Code.TOO_MANY_CHANNELS, "at most " + settings.streamChannels() + " on one connection"));
        }
        return channels;
    }

    /** [spec] "If the EventSource object's last event ID string is not the empty string, then set `Last-Event-ID`". */
    private static @Nullable String lastEventId(Call call) {
        String header = call.header("Last-Event-ID");
        String id = header != null ? header : call.parameter("lastEventId");
        return id == null || id.isEmpty() ? null : id;
    }
}
