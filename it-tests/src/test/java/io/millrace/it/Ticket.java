package io.millrace.it;

import java.util.Map;
import java.util.stream.Collectors;

/** What a client keeps of {@code connected} to come back to its session: all of it but its places. */
record Ticket(String connection, String secret) {

    /** Null where the connection keeps no session. */
    static Ticket of(String connected) {
        Members members = Members.of(connected);
        return members.has("session")
                ? new Ticket(
                        members.text("connectionId"),
                        Members.of(members.raw("session")).text("secret"))
                : null;
    }

    /** As a WebSocket's first message. */
    String message(Map<String, String> places) {
        String from = places.entrySet().stream()
                .map(place -> "\"" + place.getKey() + "\":\"" + place.getValue() + "\"")
                .collect(Collectors.joining(",", "{", "}"));
        return "{\"type\":\"resume\",\"ref\":\"resume\",\"connection\":\"" + connection + "\",\"secret\":\"" + secret
                + "\",\"from\":" + from + "}";
    }

    /** As an event stream's header. */
    String header() {
        return "Millrace-Session: " + connection + " " + secret + "\r\n";
    }
}
