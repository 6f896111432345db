package io.millrace.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads an event stream as a browser does (WHATWG HTML, 9.2.6), from bytes in pieces of any size. Keeps state; one stream
 * each. What stands after the last blank line when the stream ends is never an event.
 */
public final class SseParser {
    private static final int DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
    private static final String BOM = "\ufeff";

    private final int maxBytes;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    private final StringBuilder data = new StringBuilder();
    private String type = "";
    private String idBuffer = "";
    private String lastEventId = "";
    private Optional<Duration> retry = Optional.empty();
    private long comments;
    private boolean first = true;
    private boolean afterCarriageReturn;

    /** One event as an EventSource would dispatch it. */
    public record Message(String lastEventId, String type, String data) {}

    public SseParser() {
        this(DEFAULT_MAX_BYTES);
    }

    /** @param maxBytes the longest line and the most data one event may have */
    public SseParser(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    public List<Message> feed(byte[] bytes) {
        return feed(ByteBuffer.wrap(bytes));
    }

    /** Takes all that remains; the events that became whole by it, in order. */
    public List<Message> feed(ByteBuffer bytes) {
        List<Message> messages = new ArrayList<>();
        while (bytes.hasRemaining()) {
            byte b = bytes.get();
            boolean restOfCrLf = afterCarriageReturn && b == '\n';
            afterCarriageReturn = b == '\r';
            if (restOfCrLf) {
                continue;
            }
            if (b == '\n' || b == '\r') {
                endLine(messages);
            } else {
                requireRoom(line.size());
                line.write(b);
            }
        }
        return messages;
    }

    /** The id to come back with: that of the last block that ended, empty before the first. */
    public String lastEventId() {
        return lastEventId;
    }

    /** The server's wish for the pause before coming back. */
    public Optional<Duration> retry() {
        return retry;
    }

    /** How many comment lines came. */
    public long comments() {
        return comments;
    }

    private void endLine(List<Message> messages) {
        // [spec] "Streams must be decoded using the UTF-8 decode algorithm": wrong bytes become U+FFFD.
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        if (first) {
            first = false;
            // [spec] "stream = [ bom ] *event": one leading BOM is dropped.
            text = text.startsWith(BOM) ? text.substring(1) : text;
        }
        if (text.isEmpty()) {
            dispatch(messages);
            return;
        }
        int colon = text.indexOf(':');
        if (colon == 0) {
            // [spec] "If the line starts with a U+003A COLON character (:), ignore the line."
            comments++;
        } else if (colon < 0) {
            // [spec] "using the whole line as the field name, and the empty string as the field value"
            field(text, "");
        } else {
            // [spec] "If value starts with a U+0020 SPACE character, remove it from value."
            int start = text.startsWith(" ", colon + 1) ? colon + 2 : colon + 1;
            field(text.substring(0, colon), text.substring(start));
        }
    }

    private void field(String name, String value) {
        switch (name) {
            case "event" -> type = value;
            case "data" -> {
                requireRoom(data.length() + value.length());
                data.append(value).append('\n');
            }
            case "id" -> {
                // [spec] "If the field value does not contain U+0000 NULL, then set the last event ID buffer"
                if (value.indexOf('\0') < 0) {
                    idBuffer = value;
                }
            }
            case "retry" -> {
                // [spec] "If the field value consists of only ASCII digits"; more digits than a long has are no pause.
                if (value.matches("[0-9]{1,18}")) {
                    retry = Optional.of(Duration.ofMillis(Long.parseLong(value)));
                }
            }
            default -> {
                // [spec] "Otherwise: The field is ignored."
            }
        }
    }

    private void dispatch(List<Message> messages) {
        // [spec] "Set the last event ID string of the event source to the value of the last event ID buffer. The buffer
        // does not get reset"
        lastEventId = idBuffer;
        // [spec] "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty
        // string and return."
        if (data.length() > 0) {
            data.setLength(data.length() - 1);
            messages.add(new Message(lastEventId, type.isEmpty() ? "message" : type, data.toString()));
        }
        data.setLength(0);
        type = "";
    }

    private void requireRoom(int used) {
        if (used >= maxBytes) {
            throw new IllegalStateException("an event or a line is longer than " + maxBytes + " bytes");
        }
    }
}
