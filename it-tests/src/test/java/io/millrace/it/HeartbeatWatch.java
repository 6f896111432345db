package io.millrace.it;

/** Looks at the bytes of an event stream for what its parser doesn't tell: a block that is a heartbeat and carries an id. */
final class HeartbeatWatch {
    private final StringBuilder line = new StringBuilder();
    private boolean comment;
    private boolean id;
    private boolean event;
    private int withId;

    void feed(byte[] bytes) {
        for (byte b : bytes) {
            if (b != '\n') {
                if (line.length() < 8) {
                    line.append((char) b);
                }
            } else if (line.isEmpty()) {
                withId += comment && id && !event ? 1 : 0;
                comment = false;
                id = false;
                event = false;
            } else {
                comment |= line.charAt(0) == ':';
                id |= line.indexOf("id:") == 0;
                event |= line.indexOf("data:") == 0 || line.indexOf("event:") == 0;
                line.setLength(0);
            }
        }
    }

    /** How many heartbeats carried an id. */
    int withId() {
        return withId;
    }
}
