package io.millrace.protocol;

import java.time.Instant;
import java.util.List;
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

    public static byte[] unsubscribed(@Nullable Ref ref, ChannelName channel) {
        return typed("unsubscribed", ref).text("channel", channel.value()).bytes();
    }

    /** An event of a channel; {@code id} is its single-channel cursor. */
    public static byte[] event(ChannelName channel, Epoch epoch, String id, Event event) {
        return EventJson.message(channel, epoch, id, event);
    }

    /** Where a channel's events go on after some that the subscriber didn't want. */
    public static byte[] cursor(String channel, String id) {
        return typed("cursor").text("channel", channel).text("id", id).bytes();
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
