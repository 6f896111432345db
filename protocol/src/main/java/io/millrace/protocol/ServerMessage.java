package io.millrace.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** What the server says on a WebSocket, as the UTF-8 of one text message each. {@code ref} is the client's own, given back. */
public final class ServerMessage {
    private ServerMessage() {}

    /** A control event: {@code connected}, {@code reset}, {@code complete}, {@code problem}, {@code reconnect}. */
    public static byte[] control(Control control) {
        return typed(control.name()).membersOf(control.json()).bytes();
    }

    public static byte[] connected(Control.Connected connected) {
        return control(connected);
    }

    public static byte[] reset(Control.Reset reset) {
        return control(reset);
    }

    public static byte[] reconnect(Control.Reconnect reconnect) {
        return control(reconnect);
    }

    public static byte[] complete() {
        return control(new Control.Complete());
    }

    /** A channel's state; {@code id} is the cursor after which its changes come. */
    public static byte[] state(String id, Control.State state) {
        return typed(state.name()).text("id", id).membersOf(state.json()).bytes();
    }

    public static byte[] commanded(@Nullable Ref ref, Commanded commanded) {
        return typed("commanded", ref).membersOf(commanded.json()).bytes();
    }

    /** The answer to {@code authenticate}; {@code expires} is when the login runs out, where it does. */
    public static byte[] authenticated(
            @Nullable Ref ref, String userId, @Nullable String entityId, @Nullable Instant expires) {
        return typed("authenticated", ref)
                .text("userId", userId)
                .text("entityId", entityId)
                .time("expires", expires)
                .bytes();
    }

    /** The answer to {@code resume}; {@code subscribed} follows for each of the channels, with the same ref. */
    public static byte[] resumed(
            @Nullable Ref ref,
            String userId,
            @Nullable String entityId,
            @Nullable Instant expires,
            List<String> channels) {
        return typed("resumed", ref)
                .text("userId", userId)
                .text("entityId", entityId)
                .time("expires", expires)
                .texts("channels", channels)
                .bytes();
    }

    /** The answer to {@code subscribe}; {@code id} is the cursor after which events will come. */
    public static byte[] subscribed(
            @Nullable Ref ref, ChannelName channel, String id, Epoch epoch, long head, long availableFrom) {
        return subscribed(ref, id, epoch, new Control.Standing(channel, head, availableFrom, 0));
    }

    /** The same of a channel whose stream may have ended. */
    public static byte[] subscribed(@Nullable Ref ref, String id, Epoch epoch, Control.Standing standing) {
        JsonObjectWriter json = typed("subscribed", ref)
                .text("channel", standing.channel().value())
                .text("id", id)
                .text("epoch", epoch.value())
                .number("head", standing.head())
                .number("availableFrom", standing.availableFrom());
        return (standing.complete() ? json.flag("complete", true) : json).bytes();
    }

    /** The answer to {@code subscribe} with a whole family's pattern, which has no head. */
    public static byte[] subscribed(@Nullable Ref ref, String pattern, String id, Epoch epoch) {
        return typed("subscribed", ref)
                .text("channel", pattern)
                .text("id", id)
                .text("epoch", epoch.value())
                .bytes();
    }

    public static byte[] unsubscribed(@Nullable Ref ref, ChannelName channel) {
        return unsubscribed(ref, channel.value());
    }

    public static byte[] unsubscribed(@Nullable Ref ref, String pattern) {
        return typed("unsubscribed", ref).text("channel", pattern).bytes();
    }

    /** An event of a channel; {@code id} is its single-channel cursor. */
    public static byte[] event(ChannelName channel, Epoch epoch, String id, Event event) {
        return EventJson.message(channel, epoch, id, event);
    }

    /** Where a channel's events go on after some that the subscriber didn't want. */
    public static byte[] cursor(String channel, String id) {
        return typed("cursor").text("channel", channel).text("id", id).bytes();
    }

    /** What stands before, between and after the events of a batch. */
    public static final class Batch {
        private Batch() {}

        /** On a WebSocket each event is a message of its own inside. */
        public static final byte[] MESSAGE_START = ascii("{\"type\":\"batch\",\"events\":[");

        /** On an event stream each event is a full envelope. */
        public static final byte[] DATA_START = ascii("{\"events\":[");

        public static final byte[] END = ascii("]}");

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** What stands before and after the events of a batch in a template's words; null is the product's own. */
    public record Around(byte[] before, byte[] after) {
        private static final String HERE = "\"\\u0000events\"";

        public static Around of(@Nullable JsonTemplate template) {
            byte[] whole = template == null ? null : template.fill(place -> HERE);
            String json = whole == null ? "" : new String(whole, StandardCharsets.UTF_8);
            int at = json.indexOf(HERE);
            return at < 0
                    ? new Around(Batch.DATA_START, Batch.END)
                    : new Around(
                            (json.substring(0, at) + "[").getBytes(StandardCharsets.UTF_8),
                            ("]" + json.substring(at + HERE.length())).getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A message, or what an event stream would have as name and data, as its gzip in base64. */
    public static byte[] compressed(byte[] json) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream(json.length / 2 + 64);
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write(json);
        } catch (IOException neverInMemory) {
            throw new UncheckedIOException(neverInMemory);
        }
        return typed("compressed")
                .text("encoding", "gzip")
                .text("data", Base64.getEncoder().encodeToString(zipped.toByteArray()))
                .bytes();
    }

    public static byte[] published(@Nullable Ref ref, List<Receipt> receipts) {
        return typed("published", ref)
                .list("results", receipts.stream().map(Receipt::json).toList())
                .bytes();
    }

    /** The answer to {@code presence}: a state. */
    public static byte[] presence(@Nullable Ref ref, Control.Presence state) {
        return typed("presence", ref).membersOf(state.json()).bytes();
    }

    public static byte[] pong(@Nullable Ref ref, Instant time) {
        return typed("pong", ref).time("time", time).bytes();
    }

    public static byte[] problem(@Nullable Ref ref, Refusal refusal) {
        return typed("problem", ref)
                .membersOf(new Control.Problem(refusal).json())
                .bytes();
    }

    private static JsonObjectWriter typed(String type) {
        return new JsonObjectWriter().text("type", type);
    }

    private static JsonObjectWriter typed(String type, @Nullable Ref ref) {
        return typed(type).raw("ref", ref == null ? null : ref.utf8());
    }
}
