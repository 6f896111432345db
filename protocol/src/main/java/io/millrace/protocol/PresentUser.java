package io.millrace.protocol;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user on a channel, or one who has left it.
 *
 * @param connections how many of the user's connections follow the channel; 0 where the user has left
 * @param since when the first of them came; null where the user has left
 * @param lastSeen when the user was last known to be there
 */
public record PresentUser(String userId, int connections, @Nullable Instant since, Instant lastSeen) {

    byte[] json() {
        JsonObjectWriter json = new JsonObjectWriter().text("userId", userId);
        if (since != null) {
            json.number("connections", connections).time("since", since);
        }
        return json.time("lastSeen", lastSeen).bytes();
    }

    /**
     * The answer to the question who is on a channel.
     *
     * @param count of all, where {@code users} are only the first
     * @param away those who have left lately; null where nobody asked
     */
    public static byte[] page(
            ChannelName channel, List<PresentUser> users, int count, @Nullable List<PresentUser> away) {
        JsonObjectWriter json = new JsonObjectWriter()
                .text("channel", channel.value())
                .list("users", users.stream().map(PresentUser::json).toList())
                .number("count", count);
        if (away != null) {
            json.list("away", away.stream().map(PresentUser::json).toList());
        }
        return json.bytes();
    }
}
