package io.millrace.platform.edge;

import io.millrace.platform.access.Act;
import io.millrace.platform.access.Login;
import io.millrace.platform.connection.Caller;
import io.millrace.platform.connection.Connections;
import io.millrace.platform.connection.FamilyWant;
import io.millrace.platform.connection.Form;
import io.millrace.platform.connection.Opening;
import io.millrace.platform.connection.Session;
import io.millrace.platform.connection.Transport;
import io.millrace.platform.connection.Views;
import io.millrace.platform.connection.Want;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Filter;
import io.millrace.protocol.Refusal;
import io.millrace.protocol.Start;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/channels/{channel}/events} and {@code GET /v1/events?channel=a&channel=b&own=true}: Server-Sent Events. What a
 * client that comes back has missed comes first; where that can't be had whole, the first event says {@code reset}.
 */
final class StreamDoor {
    /** Headers that keep proxies from holding events back, changing or storing them. */
    static final List<HttpHeader> HEADERS = List.of(
            RawHeader.create("Cache-Control", "no-cache, no-transform"), RawHeader.create("X-Accel-Buffering", "no"));

    private static final List<HttpHeader> ZIPPED_HEADERS = Stream.concat(
                    HEADERS.stream(),
                    Stream.of(
                            RawHeader.create("Content-Encoding", "gzip"), RawHeader.create("Vary", "Accept-Encoding")))
            .toList();

    private final Logins logins;
    private final Connections connections;
    private final StreamResume resume;
    private final PresenceDoor presence;
    private final Capacity capacity;
    private final StreamEnds ends;
    private final StateDoor states;
    private final Views views;
    private final EdgeSettings settings;

    StreamDoor(
            Logins logins,
            Edge.Rooms rooms,
            PresenceDoor presence,
            StateDoor states,
            Capacity capacity,
            EdgeSettings settings) {
        this.presence = presence;
        this.states = states;
        this.ends = new StreamEnds(rooms.relays());
        this.logins = logins;
        this.connections = rooms.connections();
        this.resume = new StreamResume(logins, connections);
        this.capacity = capacity;
        this.views = new Views(rooms.families());
        this.settings = settings;
    }

    /** What the query names: channels, or one whole family. */
    CompletionStage<HttpResponse> openAny(Call call) {
        call.requireOnlyFilterAnd(
                "channel", "own", "presence", "session", "from", "lastEventId", "envelope", "batch", "compress");
        String family = family(call);
        return family == null ? open(call, channels(call)) : openFamily(call, login -> family);
    }

    /** One channel, or those that {@code asked} makes of the login; or what the client's session follows. */
    CompletionStage<HttpResponse> open(Call call, Function<Login, Set<ChannelName>> asked) {
        return resume.session(call)
                .thenCompose(session -> session.isPresent() ? goOn(call, session.get()) : begin(call, asked));
    }

    private CompletionStage<HttpResponse> begin(Call call, Function<Login, Set<ChannelName>> asked) {
        return logins.require(call).thenCompose(login -> {
            Set<ChannelName> channels = within(asked.apply(login));
            String lastEventId = lastEventId(call);
            String from = call.from();
            Start start = from == null ? new Start.Latest() : Start.parse(from);
            Filter filter = call.filter();
            if (start instanceof Start.State && lastEventId == null) {
                channels.forEach(states::require);
            }
            Form form = call.form();
            boolean liveOnly = lastEventId == null && start instanceof Start.Latest;
            List<Want> wants = channels.stream()
                    .map(channel -> new Want(channel, lastEventId, start, filter))
                    .toList();
            require(login, wants, liveOnly, call.flag("presence"));
            return unlessOver(call, login, wants, lastEventId, form, caller(call));
        });
    }

    private void require(Login login, List<Want> wants, boolean liveOnly, boolean hearsPresence) {
        for (Want want : wants) {
            logins.requireAct(login, Act.SUBSCRIBE, want.channel());
            views.requireFilterable(want.channel(), want.filter());
            if (!liveOnly) {
                logins.requireAct(login, Act.HISTORY, want.channel());
            }
            if (hearsPresence) {
                presence.requirePresence(login, want.channel());
            }
        }
        capacity.require();
    }

    private CompletionStage<HttpResponse> unlessOver(
            Call call, Login login, List<Want> wants, @Nullable String lastEventId, Form form, Caller caller) {
        Set<ChannelName> channels = wants.stream().map(Want::channel).collect(Collectors.toSet());
        return ends.isAtTheEnd(channels, lastEventId)
                .thenCompose(over -> over
                        ? CompletableFuture.completedFuture(nothingMore())
                        : stream(call, login, wants, null, form, caller));
    }

    /** What the session followed, from where the client says it is; what its login may hear is asked anew. */
    private CompletionStage<HttpResponse> goOn(Call call, Session session) {
        String lastEventId = lastEventId(call);
        Login login = session.login();
        Caller caller = resume.caller(call.address(settings.trustedProxies()), call.limits(), session);
        FamilyWant family = StreamResume.family(session, lastEventId);
        if (family != null) {
            logins.requireFamily(login, views, family);
            capacity.require();
            return stream(call, login, List.of(), family, session.form(), caller);
        }
        List<Want> wants = StreamResume.wants(session, lastEventId);
        require(login, wants, false, caller.presence());
        return unlessOver(call, login, wants, lastEventId, session.form(), caller);
    }

    /** {@code GET /v1/events?channel=family:*}: a whole family, alone on its connection and always in full. */
    CompletionStage<HttpResponse> openFamily(Call call, Function<Login, String> asksFor) {
        return resume.session(call)
                .thenCompose(session -> session.isPresent() ? goOn(call, session.get()) : beginFamily(call, asksFor));
    }

    private CompletionStage<HttpResponse> beginFamily(Call call, Function<Login, String> asksFor) {
        return logins.require(call).thenCompose(login -> {
            Form form = call.form().withWholeEvents();
            String family = asksFor.apply(login);
            FamilyWant want = FamilyWant.of(family, lastEventId(call), call.from(), call.filter());
            views.requireWhole(want);
            logins.requireFamily(login, views, want);
            capacity.require();
            return stream(call, login, List.of(), want, form, caller(call));
        });
    }

    private CompletionStage<HttpResponse> stream(
            Call call, Login login, List<Want> wants, @Nullable FamilyWant family, Form form, Caller caller) {
        boolean zipped = connections.mayZip() && call.acceptsGzip();
        return connections
                .open(new Opening(
                        Transport.SSE, login, wants, family, form, zipped, logins::verify, caller, call.arrival(null)))
                .thenCompose(Connections.Opened::frames)
                .thenApply(frames -> HttpResponse.create()
                        .addHeaders(zipped ? ZIPPED_HEADERS : HEADERS)
                        .withEntity(HttpEntities.createCloseDelimited(
                                MediaTypes.TEXT_EVENT_STREAM.toContentType(), Source.empty()))
                        .addAttribute(EventStream.KEY, new EventStream(frames, null)));
    }

    private Caller caller(Call call) {
        return new Caller(
                call.address(settings.trustedProxies()),
                false,
                call.flag("presence"),
                call.flag("session"),
                null,
                call.limits());
    }

    /** [spec] "HTTP 204 No Content [...] prevents the EventSource from reconnecting" (WHATWG HTML, 9.2.1). */
    private static HttpResponse nothingMore() {
        return HttpResponse.create().withStatus(StatusCodes.NO_CONTENT).addHeaders(HEADERS);
    }

    /** The one family asked for as a whole, or null where single channels are. */
    private static @Nullable String family(Call call) {
        List<String> channels = call.parameters("channel");
        return channels.size() == 1 ? familyOf(channels.get(0)) : null;
    }

    /** The family whose pattern this is, or null where it is a channel's name. */
    static @Nullable String familyOf(String name) {
        String family = FamilyWant.familyOf(name);
        if (family != null) {
            ChannelName.of(family); // names it where it is none
        }
        return family;
    }

    /** The channels named in the query, each once; where none is, or {@code own} says so, the login's own too. */
    Function<Login, Set<ChannelName>> channels(Call call) {
        Set<ChannelName> named = new LinkedHashSet<>();
        call.parameters("channel").forEach(name -> named.add(ChannelName.of(name)));
        boolean own = call.flag("own") || named.isEmpty();
        return login -> {
            Set<ChannelName> channels = new LinkedHashSet<>(named);
            if (own) {
                channels.addAll(logins.ownToHear(login));
            }
            if (channels.isEmpty()) {
                throw new Refused(Refusal.of(Code.FORBIDDEN, "a rule of this login forbids each of its own channels"));
            }
            return channels;
        };
    }

    private Set<ChannelName> within(Set<ChannelName> channels) {
        if (channels.size() > settings.streamChannels()) {
            throw new Refused(
                    Refusal.of(Code.TOO_MANY_CHANNELS, "at most " + settings.streamChannels() + " on one connection"));
        }
        return channels;
    }

    /** [spec] "If the EventSource object's last event ID string is not the empty string, then set `Last-Event-ID`". */
    static @Nullable String lastEventId(Call call) {
        String header = call.header("Last-Event-ID");
        String id = header != null ? header : call.parameter("lastEventId");
        return id == null || id.isEmpty() ? null : id;
    }
}
