package io.millrace.protocol;

import java.util.Map;
import java.util.Set;

/**
 * What one subscriber sees of a channel: which events concern its login, what of them is hidden from it, and which of the
 * rest it wants. The same for live, replay, history and long-poll. A hidden field is hidden from the filter too, or else a
 * filter could be used to guess it.
 *
 * @param filter what the subscriber asks for
 * @param required top-level fields of the data that must say exactly this; an event without such a field is for nobody
 *     whose view requires it
 * @param hidden top-level fields of the data that are null for this subscriber
 * @param blind sees nothing at all, because its login lacks a claim that the channel asks for
 */
public record View(Filter filter, Map<String, String> required, Set<String> hidden, boolean blind) {
    /** Sees everything as it is. */
    public static final View PLAIN = new View(Filter.NONE, Map.of(), Set.of(), false);

    public View {
        required = Map.copyOf(required);
        hidden = Set.copyOf(hidden);
    }

    public boolean isPlain() {
        return filter.isNone() && required.isEmpty() && hidden.isEmpty() && !blind;
    }

    /** Whether nothing is kept from this login; what its own filter leaves out is another matter. */
    public boolean seesAll() {
        return required.isEmpty() && hidden.isEmpty() && !blind;
    }

    /** What becomes of one event. */
    public enum Sight {
        SHOWN,
        /** By the subscriber's own filter. */
        LEFT_OUT,
        /** Since the login's claims aren't those that the event asks for. */
        WITHHELD
    }

    public Sight sight(Event event) {
        EventData data = new EventData(event.data());
        if (event.isEnd()) {
            return Sight.SHOWN;
        }
        if (!concerns(data)) {
            return Sight.WITHHELD;
        }
        EventData shown = hidden.isEmpty() ? data : new EventData(data.masked(hidden));
        return filter.passes(event, shown) ? Sight.SHOWN : Sight.LEFT_OUT;
    }

    /** Whether the event concerns this login at all. */
    public boolean concerns(EventData data) {
        if (blind) {
            return false;
        }
        for (Map.Entry<String, String> each : required.entrySet()) {
            if (!data.says(each.getKey(), each.getValue())) {
                return false;
            }
        }
        return true;
    }
}
