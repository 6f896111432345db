package io.millrace.protocol;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values by their place inside an object: a member's name, or the way to one inside others with dots ({@code auth.token}). */
final class JsonPlaces {
    private JsonPlaces() {}

    /** The value there as JSON; null where nothing is. */
    static @Nullable String at(Map<String, JsonPart> fields, String place) {
        JsonPart whole = fields.get(place);
        if (whole != null) {
            return whole.json();
        }
        int dot = place.indexOf('.');
        JsonPart outer = dot < 0 ? null : fields.get(place.substring(0, dot));
        return outer != null && outer.isObject() ? at(outer.fields(), place.substring(dot + 1)) : null;
    }
}
