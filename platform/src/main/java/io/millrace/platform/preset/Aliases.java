package io.millrace.platform.preset;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Every alias there is. Of two paths that could both be meant, the narrower goes first; where none is, it is refused. */
public final class Aliases {
    private final List<Alias> aliases;

    public Aliases(List<Alias> aliases) {
        List<Alias> sorted = new ArrayList<>();
        for (Alias alias : aliases) {
            int at = 0;
            while (at < sorted.size()
                    && !alias.path().isNarrowerThan(sorted.get(at).path())) {
                at++;
            }
            sorted.add(at, alias);
        }
        this.aliases = sorted;
    }

    /** An alias and what stands in the places of its path. */
    public record Found(Alias alias, Map<String, String> segments) {}

    /** @param path the segments, decoded */
    public @Nullable Found find(List<String> path) {
        for (Alias alias : aliases) {
            Map<String, String> segments = alias.path().match(path);
            if (segments != null) {
                return new Found(alias, segments);
            }
        }
        return null;
    }

    /** What event streams at the aliases call control events and heartbeats, where an event's type could pass for one. */
    public Set<String> controlNames() {
        Set<String> names = new HashSet<>();
        for (Alias alias : aliases) {
            Preset preset = alias.preset();
            Preset.OnStream stream = preset.words().stream();
            Preset.Heartbeat heartbeat = preset.pace().heartbeat();
            if (stream.eventName().equals(Preset.OnStream.TYPE)) {
                names.addAll(stream.names().values());
                if (heartbeat.style() == Preset.Heartbeat.Style.EVENT) {
                    names.add(heartbeat.name());
                }
            }
        }
        return names;
    }

    public List<Alias> all() {
        return aliases;
    }
}
