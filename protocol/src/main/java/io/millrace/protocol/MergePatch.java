package io.millrace.protocol;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON Merge Patch (RFC 7396). Members keep their order and what isn't patched stays as written. */
public final class MergePatch {
    private MergePatch() {}

    /** [spec] RFC 7396, 2: the pseudocode MergePatch(Target, Patch), line by line. */
    public static JsonData apply(@Nullable JsonData target, JsonData patch) {
        Map<String, JsonData> changes = JsonMembers.of(patch);
        if (changes == null) {
            return patch;
        }
        Map<String, JsonData> members = target == null ? null : JsonMembers.of(target);
        Map<String, JsonData> merged = members == null ? new LinkedHashMap<>() : members;
        changes.forEach((name, value) -> {
            if (JsonMembers.isNull(value)) {
                merged.remove(name);
            } else {
                merged.put(name, apply(merged.get(name), value));
            }
        });
        return JsonMembers.object(merged);
    }
}
