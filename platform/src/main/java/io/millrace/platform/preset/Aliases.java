package io.millrace.platform.preset;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    public List<Alias> all() {
        return aliases;
    }
}
