package io.millrace.platform.access;

import io.millrace.protocol.InvalidInput;
import java.util.Locale;

/** What a login can do on a channel. On the wire and in settings the names stand in lower case. */
public enum Act {
    SUBSCRIBE,
    PUBLISH,
    COMMAND,
    HISTORY,
    PRESENCE,
    ADMIN;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads a wire name exactly as written: {@code Subscribe} is refused, so that there is one spelling. */
    public static Act parse(String wireName) {
        for (Act act : values()) {
            if (act.wireName().equals(wireName)) {
                return act;
            }
        }
        throw new InvalidInput("act", "one of subscribe, publish, command, history, presence, admin");
    }

    /**
     * Whether a rule that names this act also speaks of the other one. {@code admin} covers everything. {@code subscribe}
     * covers {@code history}: a subscriber can come back with an old cursor and be replayed the same events, so a grant
     * that pretended to withhold them would promise what it can't keep.
     */
    boolean covers(Act other) {
        return this == other || this == ADMIN || (this == SUBSCRIBE && other == HISTORY);
    }
}
