package io.millrace.platform.edge;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.persistence.Journal;
import io.millrace.platform.access.Access;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.Login;
import io.millrace.platform.access.TokenVerifier;
import io.millrace.platform.connection.Connections;
import io.millrace.platform.connection.OperatorActs;
import io.millrace.platform.connection.Taps;
import io.millrace.platform.family.Families;
import io.millrace.platform.presence.Presences;
import io.millrace.platform.preset.Aliases;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.Refusal;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.Materializer;

/**
 * The room's door: every address of the public port, one method each. Whatever goes wrong behind an address ends here, as
 * a problem document.
 */
public final class Edge {
    private final PublishDoor publish;
    private final CompleteDoor complete;
    private final CommandDoor command;
    private final StateDoor state;
    private final StreamDoor stream;
    private final SocketDoor socket;
    private final HistoryDoor history;
    private final OperatorDoor operator;
    private final PresenceDoor presence;
    private final TapDoor tap;
    private final StatsDoor stats;
    private final AliasDoor alias;
    private final Aliases aliases;
    private final CrossOrigin crossOrigin;
    private final Materializer materializer;

    public Edge(
            EdgeSettings settings,
            Aliases aliases,
            AccessSettings accessSettings,
            TokenVerifier verifier,
            Access access,
            Rooms rooms,
            Clock clock,
            Materializer materializer) {
        Logins logins = new Logins(accessSettings, verifier, access, clock);
        this.publish = new PublishDoor(logins, rooms.relays(), settings.publishing(), materializer);
        this.complete = new CompleteDoor(
                logins,
                rooms.families(),
                rooms.relays(),
                publish,
                settings.publishing().limits());
        this.command = new CommandDoor(
                logins,
                rooms.families(),
                rooms.relays(),
                publish,
                settings.publishing().limits());
        this.state = new StateDoor(logins, rooms.families(), rooms.relays(), rooms.epoch());
        Capacity capacity = new Capacity(rooms.connections(), settings, rooms.registry());
        this.presence = new PresenceDoor(logins, rooms.presences());
        this.stream = new StreamDoor(logins, rooms, presence, state, capacity, settings);
        this.socket = new SocketDoor(logins, rooms.connections(), capacity, settings);
        this.history = new HistoryDoor(logins, rooms, capacity, settings.history());
        this.operator = new OperatorDoor(logins, rooms.operator(), settings.trustedProxies(), materializer);
        this.tap = new TapDoor(logins, rooms.taps(), rooms.families(), settings);
        this.stats = new StatsDoor(logins, rooms.stats());
        this.alias = new AliasDoor(new AliasDoor.Doors(stream, socket, history, stats), aliases, clock);
        this.aliases = aliases;
        this.crossOrigin = new CrossOrigin(logins);
        this.materializer = materializer;
    }

    /**
     * The rooms behind the doors.
     *
     * @param stats the cluster's figures as JSON, for admins
     */
    public record Rooms(
            Families families,
            Relays relays,
            Connections connections,
            OperatorActs operator,
            Presences presences,
            Journal journal,
            Epoch epoch,
            Taps taps,
            Supplier<CompletionStage<byte[]>> stats,
            MeterRegistry registry) {}

    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        CompletionStage<HttpResponse> response;
        try {
            response = route(Call.of(request));
        } catch (RuntimeException refused) {
            response = CompletableFuture.failedFuture(refused);
        }
        return response.exceptionally(failure -> {
                    request.discardEntityBytes(materializer);
                    return refused(failure, request);
                })
                .thenApply(answer -> crossOrigin.mark(request, answer));
    }

    /**
     * Answers somebody who is known already, on a port whose listener knows nothing of event streams: they are the
     * response's body.
     *
     * @param login who asks, and from a page that may; that has been made sure of
     */
    public CompletionStage<HttpResponse> handleAs(HttpRequest request, Login login) {
        return handle(request.addAttribute(Logins.KNOWN, login)).thenApply(EventStream::asBody);
    }

    private static HttpResponse refused(Throwable failure, HttpRequest request) {
        return Replies.refusal(Failures.refusal(failure), request.getUri().path());
    }

    private CompletionStage<HttpResponse> route(Call call) {
        if (call.method().equals(HttpMethods.OPTIONS)) {
            return CompletableFuture.completedFuture(crossOrigin.preflight(call));
        }
        List<String> path = call.path();
        if (path.size() == 4 && path.get(0).equals("v1") && path.get(1).equals("channels")) {
            ChannelName channel = channel(path.get(2));
            if (path.get(3).equals("events")) {
                return events(call, channel);
            }
            if (path.get(3).equals("complete")) {
                call.requireOnly();
                return post(call, () -> complete.complete(call, channel));
            }
            if (path.get(3).equals("state")) {
                call.requireOnly();
                return get(call, () -> state.read(call, channel));
            }
            if (path.get(3).equals("history")) {
                call.requireOnlyFilterAnd("after", "since", "limit", "wait");
                return get(call, () -> history.read(call, channel));
            }
            if (path.get(3).equals("presence")) {
                call.requireOnly("away");
                return get(call, () -> presence.read(call, channel));
            }
        } else if (path.size() == 5
                && path.subList(0, 2).equals(List.of("v1", "channels"))
                && path.get(3).equals("commands")) {
            ChannelName channel = channel(path.get(2));
            call.requireOnly();
            return post(call, () -> command.execute(call, channel, path.get(4)));
        } else if (OperatorDoor.serves(path)) {
            return operator.open(call);
        } else if (path.size() == 4 && path.get(0).equals("v1") && path.get(3).equals("events")) {
            return post(call, () -> publish.publish(call, addressed(path.get(1), path.get(2))));
        } else if (path.equals(List.of("v1", "broadcast", "events"))) {
            return post(call, () -> publish.publish(call, channel("global")));
        } else if (path.equals(List.of("v1", "events"))) {
            return get(call, () -> stream.openAny(call));
        } else if (path.equals(List.of("v1", "stats"))) {
            return get(call, () -> stats.read(call));
        } else if (path.equals(List.of("v1", "tap"))) {
            call.requireOnlyFilterAnd("channel", "family", "from", "lastEventId");
            return get(call, () -> tap.open(call));
        } else if (path.equals(List.of("v1", "ws"))) {
            return get(call, () -> socket.open(call));
        }
        Aliases.Found found = aliases.find(path);
        if (found != null) {
            return get(call, () -> alias.open(call, found));
        }
        throw new Refused(Refusal.of(Code.NOT_FOUND));
    }

    private CompletionStage<HttpResponse> events(Call call, ChannelName channel) {
        if (call.method().equals(HttpMethods.POST)) {
            call.requireOnly("combine", "expectedOffset");
            return publish.publish(call, channel);
        }
        if (call.method().equals(HttpMethods.GET)) {
            call.requireOnlyFilterAnd("presence", "session", "from", "lastEventId", "envelope", "batch", "compress");
            return stream.open(call, login -> Set.of(channel));
        }
        return notAllowed(call, HttpMethods.GET, HttpMethods.POST);
    }

    private static CompletionStage<HttpResponse> get(Call call, Supplier<CompletionStage<HttpResponse>> door) {
        return call.method().equals(HttpMethods.GET) ? door.get() : notAllowed(call, HttpMethods.GET);
    }

    private static CompletionStage<HttpResponse> post(Call call, Supplier<CompletionStage<HttpResponse>> door) {
        return call.method().equals(HttpMethods.POST) ? door.get() : notAllowed(call, HttpMethods.POST);
    }

    private static CompletionStage<HttpResponse> notAllowed(Call call, HttpMethod... methods) {
        String allow =
                String.join(", ", Arrays.stream(methods).map(HttpMethod::value).toList());
        return CompletableFuture.completedFuture(Replies.refusal(Refusal.of(Code.METHOD_NOT_ALLOWED), call.address())
                .addHeader(RawHeader.create("Allow", allow)));
    }

    /** Whom an event is for, by a name that isn't a channel's: {@code users/42} and {@code entities/e7}. */
    private static ChannelName addressed(String whom, String id) {
        String family =
                switch (whom) {
                    case "users" -> "user:";
                    case "entities" -> "entity:";
                    default -> throw new Refused(Refusal.of(Code.NOT_FOUND));
                };
        if (id.isEmpty() || id.indexOf(':') >= 0) {
            throw new Refused(Refusal.of(Code.INVALID_CHANNEL, "an id is not empty and has no colon"));
        }
        return channel(family + id);
    }

    private static ChannelName channel(String name) {
        if (Access.reserved(name)) {
            throw new Refused(Refusal.of(Code.RESERVED_CHANNEL));
        }
        try {
            return ChannelName.of(name);
        } catch (InvalidInput notAName) {
            throw new Refused(Refusal.of(Code.INVALID_CHANNEL));
        }
    }
}
