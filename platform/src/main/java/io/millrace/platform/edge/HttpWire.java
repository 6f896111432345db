package io.millrace.platform.edge;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a plain listener carries event streams. The same to clients; see {@code RATIONALE.md}. */
public enum HttpWire {
    /** Ready frames straight from the connection's stream to the socket, once the response's head is written. */
    LEAN,
    /** Through Pekko HTTP's stages. */
    PEKKO;

    /** @throws IllegalArgumentException naming the key */
    public static HttpWire parse(String key, String text) {
        return Arrays.stream(values())
                .filter(wire -> wire.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(key + ": one of "
                        + Arrays.stream(values())
                                .map(wire -> wire.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))));
    }
}
