package io.millrace.platform.preset;

import io.millrace.protocol.Start;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A path of another system's and what it leads to.
 *
 * @param channels what is followed or read there; of a stream none means what the request itself names, of a socket what
 *     its client subscribes to
 * @param query parameters that fill places of the channels, as the path's segments do
 * @param from where a client begins that doesn't say; null as at the product's own door
 */
public record Alias(
        PathPattern path,
        Door door,
        List<ChannelTemplate> channels,
        Set<String> query,
        @Nullable String from,
        Preset preset) {
    static final String USER = "user";
    static final String ENTITY = "entity";

    public Alias {
        channels = List.copyOf(channels);
        query = Set.copyOf(query);
        boolean family = channels.stream().anyMatch(ChannelTemplate::isFamily);
        require(
                !family || (door == Door.STREAM && channels.size() == 1),
                "channels",
                "a family stands alone, at a stream");
        require(door != Door.HISTORY || !channels.isEmpty(), "channels", "history needs at least one");
        require(door != Door.STATS || channels.isEmpty(), "channels", "stats have none");
        require(
                from == null || door == Door.STREAM || door == Door.SOCKET,
                "from",
                "only a stream or a socket has one");
        if (from != null) {
            Start.parse(from);
        }
    }

    private static void require(boolean holds, String key, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(key + ": " + rule);
        }
    }

    /** Places of the channels: the path's, the query's, and those of the login. */
    static Set<String> places(PathPattern path, List<String> query) {
        Set<String> places = new LinkedHashSet<>(List.of(USER, ENTITY));
        List<String> more = new ArrayList<>(path.places());
        more.addAll(query);
        for (String place : more) {
            require(place.matches("[A-Za-z][A-Za-z0-9]*"), "query", "\"" + place + "\" is no name of a place");
            require(places.add(place), query.contains(place) ? "query" : "path", "{" + place + "} is there twice");
        }
        return new TreeSet<>(places);
    }

    /** A request for it. */
    public record Request(Map<String, String> segments, Function<String, List<String>> parameters) {
        private List<String> values(String place) {
            String segment = segments.get(place);
            return segment == null ? parameters.apply(place) : List.of(segment);
        }
    }

    /** The names of its channels for this request and login, each once; those whose places have no values are left out. */
    public Set<String> channels(Request request, String user, @Nullable String entity) {
        Set<String> names = new LinkedHashSet<>();
        for (ChannelTemplate channel : channels) {
            names.addAll(channel.names(place -> switch (place) {
                case USER -> List.of(user);
                case ENTITY -> entity == null ? List.of() : List.of(entity);
                default -> request.values(place);
            }));
        }
        return names;
    }

    /** Whether every channel needs the login's entity, so that a login without one has nothing here. */
    public boolean isOfEntities() {
        return !channels.isEmpty()
                && channels.stream().allMatch(channel -> channel.places().contains(ENTITY));
    }
}
