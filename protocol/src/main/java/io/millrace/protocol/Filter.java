package io.millrace.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which events of a channel a subscriber wants to hear: every part that is there must hold. It is only a wish, never a
 * right: what a login may not hear is decided elsewhere.
 */
public final class Filter {
    /** Wants everything. */
    public static final Filter NONE = new Filter(List.of(), Set.of(), List.of(), "");

    private final List<String> types;
    private final Set<String> sources;
    private final List<Condition> conditions;
    private final String written;

    /**
     * @param types names, or prefixes with a star at their end; none means all, and so for {@code sources}
     * @param written see {@link #written()}
     */
    Filter(List<String> types, Set<String> sources, List<Condition> conditions, String written) {
        this.written = written;
        this.types = List.copyOf(types);
        this.sources = Set.copyOf(sources);
        this.conditions = List.copyOf(conditions);
    }

    /** Whether a query's parameter belongs to a filter. */
    public static boolean isParameter(String name) {
        return FilterInput.isParameter(name);
    }

    /**
     * The filter in a query's parameters; others are left alone.
     *
     * @throws InvalidInput ({@code invalid-parameter}) naming the parameter
     */
    public static Filter ofQuery(Map<String, List<String>> parameters) {
        return FilterInput.query(parameters);
    }

    /** The filter as text; {@link #read} makes the same filter of it. */
    public String written() {
        return written;
    }

    public static Filter read(String written) {
        return FilterInput.written(written);
    }

    public boolean isNone() {
        return types.isEmpty() && sources.isEmpty() && conditions.isEmpty();
    }

    /** @param data the event's own, shared by all who ask about it */
    public boolean passes(Event event, EventData data) {
        return (types.isEmpty() || wantsType(event.type().value()))
                && (sources.isEmpty() || (event.source() != null && sources.contains(event.source())))
                && conditionsHold(data);
    }

    private boolean wantsType(String type) {
        for (String wanted : types) {
            int prefix = wanted.length() - 1;
            if (wanted.charAt(prefix) == '*' ? type.regionMatches(0, wanted, 0, prefix) : type.equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private boolean conditionsHold(EventData data) {
        for (Condition condition : conditions) {
            EventData.Value value = data.at(condition.field());
            if (value == null || !condition.holds(value)) {
                return false;
            }
        }
        return true;
    }

    /** In words, for operators. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        if (!types.isEmpty()) {
            parts.add("types " + String.join(", ", types));
        }
        if (!sources.isEmpty()) {
            parts.add("sources " + String.join(", ", new TreeSet<>(sources)));
        }
        conditions.forEach(condition -> parts.add(condition.words()));
        return parts.isEmpty() ? "none" : String.join("; ", parts);
    }
}
