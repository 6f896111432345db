package io.millrace.platform.edge;

import io.millrace.platform.access.Login;
import io.millrace.platform.connection.Manner;
import io.millrace.platform.preset.Alias;
import io.millrace.platform.preset.Aliases;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.Refusal;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Other systems' addresses, each led to one of the product's doors. */
final class AliasDoor {
    private final StreamDoor stream;
    private final SocketDoor socket;
    private final HistoryDoor history;
    private final StatsDoor stats;
    private final Map<String, Manner> manners = new HashMap<>();

    AliasDoor(Doors doors, Aliases aliases, Clock clock) {
        this.stream = doors.stream();
        this.socket = doors.socket();
        this.history = doors.history();
        this.stats = doors.stats();
        aliases.all()
                .forEach(alias ->
                        manners.computeIfAbsent(alias.preset().name(), name -> Manner.of(alias.preset(), clock)));
    }

    /** Where aliases lead. */
    record Doors(StreamDoor stream, SocketDoor socket, HistoryDoor history, StatsDoor stats) {}

    CompletionStage<HttpResponse> open(Call plain, Aliases.Found found) {
        Alias alias = found.alias();
        Call call = plain.by(found, manners.getOrDefault(alias.preset().name(), Manner.OURS));
        return switch (alias.door()) {
            case STREAM -> stream(call, alias);
            case SOCKET -> socket.open(call);
            case HISTORY -> {
                call.requireOnlyFilterAnd("after", "since", "limit", "wait");
                yield history.readAlias(call, login -> required(call, alias, login));
            }
            case STATS -> {
                call.requireOnly();
                yield stats.read(call);
            }
        };
    }

    private CompletionStage<HttpResponse> stream(Call call, Alias alias) {
        if (alias.channels().isEmpty()) {
            return stream.openAny(call);
        }
        call.requireOnlyFilterAnd("presence", "from", "lastEventId", "envelope", "batch", "compress");
        return alias.channels().get(0).isFamily()
                ? stream.openFamily(call, login -> call.channelsOfAlias(login).stream()
                        .findFirst()
                        .map(StreamDoor::familyOf)
                        .orElseThrow(() -> nothing(call, alias)))
                : stream.open(call, login -> required(call, alias, login));
    }

    /** Those that make a channel's name, as with a login's own. */
    static Set<ChannelName> channels(Call call, Login login) {
        Set<ChannelName> channels = new LinkedHashSet<>();
        for (String name : call.channelsOfAlias(login)) {
            try {
                channels.add(ChannelName.of(name));
            } catch (InvalidInput notAName) {
                // nothing can be published there either
            }
        }
        return channels;
    }

    private static Set<ChannelName> required(Call call, Alias alias, Login login) {
        Set<ChannelName> channels = channels(call, login);
        if (channels.isEmpty()) {
            throw nothing(call, alias);
        }
        return channels;
    }

    private static Refused nothing(Call call, Alias alias) {
        if (alias.isOfEntities()) {
            return new Refused(Refusal.of(Code.FORBIDDEN, "this address is for logins that belong to an entity"));
        }
        return new Refused(
                alias.query().isEmpty()
                        ? Refusal.of(Code.INVALID_CHANNEL, "this address makes no channel's name of the request")
                        : Refusal.of(
                                Code.INVALID_PARAMETER,
                                "this address makes no channel's name without "
                                        + String.join(
                                                ", ",
                                                alias.query().stream().sorted().toList())));
    }
}
