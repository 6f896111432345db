package io.millrace.platform.channel;

import io.millrace.protocol.Event;
import io.millrace.protocol.JsonData;
import io.millrace.protocol.JsonMembers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Values by key: {@code set {"key","value"}}, {@code delete {"key"}}, {@code clear}. The state is one object of all of them,
 * oldest key first. Setting a value that is there already, or deleting one that isn't, changes nothing.
 */
final class KeyedBehaviour implements EntityBehaviour<KeyedBehaviour.Values> {
    static final String NAME = "keyed";
    static final int MAX_BYTES = 1024 * 1024;

    private static final int MAX_KEY_LENGTH = 255;
    private static final JsonData NOTHING = JsonMembers.object(Map.of());

    /** All values; {@code bytes} is about what they take as JSON. */
    static final class Values {
        private final Map<String, JsonData> byKey = new LinkedHashMap<>();
        private long bytes;

        void set(String key, JsonData value) {
            JsonData before = byKey.put(key, value);
            bytes += cost(key, value) - (before == null ? 0 : cost(key, before));
        }

        void delete(String key) {
            JsonData before = byKey.remove(key);
            bytes -= before == null ? 0 : cost(key, before);
        }

        void clear() {
            byKey.clear();
            bytes = 0;
        }

        private static long cost(String key, JsonData value) {
            return 3L * key.length() + value.size() + 4;
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Values empty() {
        return new Values();
    }

    @Override
    public EntityDecision decide(Values values, EntityCommand command) {
        return switch (command.name()) {
            case "set" -> set(values, command.data());
            case "delete" -> delete(values, command.data());
            case "clear" ->
                values.byKey.isEmpty()
                        ? EntityDecision.done()
                        : EntityDecision.done(EntityDecision.effect("values.cleared", NOTHING));
            default -> EntityDecision.unknown();
        };
    }

    private static EntityDecision set(Values values, JsonData data) {
        Map<String, JsonData> members = JsonMembers.of(data);
        String key = key(members, Set.of("key", "value"));
        JsonData value = members == null ? null : members.get("value");
        if (key == null || value == null) {
            return EntityDecision.refused("data: must be {\"key\",\"value\"}, the key of 1 to 255 characters");
        }
        JsonData present = values.byKey.get(key);
        if (present != null && present.equals(value)) {
            return EntityDecision.done();
        }
        if (values.bytes + Values.cost(key, value) > MAX_BYTES) {
            return EntityDecision.refused("the values of a channel take at most " + MAX_BYTES + " bytes");
        }
        return EntityDecision.done(EntityDecision.effect("value.set", data));
    }

    private static EntityDecision delete(Values values, JsonData data) {
        String key = key(JsonMembers.of(data), Set.of("key"));
        if (key == null) {
            return EntityDecision.refused("data: must be {\"key\"}, the key of 1 to 255 characters");
        }
        return values.byKey.containsKey(key)
                ? EntityDecision.done(EntityDecision.effect("value.deleted", data))
                : EntityDecision.done();
    }

    private static @Nullable String key(@Nullable Map<String, JsonData> members, Set<String> known) {
        JsonData named = members == null || !known.containsAll(members.keySet()) ? null : members.get("key");
        String key = named == null ? null : JsonMembers.text(named);
        return key == null || key.isEmpty() || key.length() > MAX_KEY_LENGTH ? null : key;
    }

    /** Events that it could not have made itself change nothing. */
    @Override
    public Values apply(Values values, Event event) {
        Map<String, JsonData> members = JsonMembers.of(event.data());
        String key = key(members, members == null ? Set.of() : members.keySet());
        JsonData value = members == null ? null : members.get("value");
        switch (event.type().value()) {
            case "value.set" -> {
                if (key != null && value != null) {
                    values.set(key, value);
                }
            }
            case "value.deleted" -> {
                if (key != null) {
                    values.delete(key);
                }
            }
            case "values.cleared" -> values.clear();
            default -> {}
        }
        return values;
    }

    @Override
    public byte[] snapshot(Values values) {
        return state(values).utf8();
    }

    @Override
    public Values restore(byte[] bytes) {
        Values values = new Values();
        Map<String, JsonData> members = JsonMembers.of(JsonData.trusted(bytes));
        if (members != null) {
            members.forEach(values::set);
        }
        return values;
    }

    @Override
    public JsonData state(Values values) {
        return JsonMembers.object(values.byKey);
    }
}
