package io.millrace.platform.connection;

import io.millrace.platform.relay.EncodedEvent;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.CursorGroup;
import io.millrace.protocol.Position;
import java.time.Duration;
import java.util.SortedMap;
import org.apache.pekko.util.ByteStringBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The cursor that a connection's channels make together, and what of it the client knows. Events that a client doesn't see
 * move its place too; without being told, it would come back to where it last heard something and have it all read again.
 * So it is told, with no event, when it has heard nothing for five seconds and when a stretch of history has ended. Not for
 * several threads.
 */
final class Whereabouts {
    static final Duration SILENCE = Duration.ofSeconds(5);

    private final Wire wire;
    private final SortedMap<ChannelName, Track> tracks;
    private @Nullable CursorGroup group;
    private boolean untold;
    private boolean historyEnded;
    private long toldNanos = System.nanoTime();

    /** @param tracks the connection's, which change under its hands */
    Whereabouts(Wire wire, SortedMap<ChannelName, Track> tracks) {
        this.wire = wire;
        this.tracks = tracks;
    }

    void channelsHaveChanged() {
        group = null;
    }

    /** The cursor to send with the event taken last; null where the event's own id is the cursor. */
    @Nullable
    String after(Track track, EncodedEvent last) {
        track.told(last.offset());
        if (wire != Wire.SSE) {
            return null;
        }
        untold = false; // one cursor tells everything
        return tracks.size() <= 1 ? null : movedTo(track).text();
    }

    /** The cursor of all channels as they stand now; of none it is empty. */
    String all() {
        if (tracks.isEmpty()) {
            return "";
        }
        CursorGroup all = group();
        tracks.forEach((channel, track) -> all.moveTo(channel, track.position()));
        return all.text();
    }

    /** The track has gone on over events that the client doesn't see. */
    void hasPassedOver(Track track) {
        untold = true;
        if (tracks.size() > 1 && wire == Wire.SSE) {
            movedTo(track);
        }
    }

    void historyHasEnded() {
        historyEnded = true;
    }

    /** Events were sent, and their cursor with them. */
    void wereTold(long now) {
        toldNanos = now;
    }

    /** How long the client may stay untold, zero where it is time to tell it, null where it knows everything. */
    @Nullable
    Duration untilTold(long now, boolean asleep) {
        if (!untold) {
            return null;
        }
        long left = SILENCE.toNanos() - (now - toldNanos);
        return left <= 0 || (historyEnded && asleep) ? Duration.ZERO : Duration.ofNanos(left);
    }

    /** Tells the client where it stands. */
    void tell(ByteStringBuilder bytes, long now) {
        if (wire == Wire.SSE) {
            bytes.append(wire.moved("", all()));
        } else {
            tracks.values().stream().filter(track -> !track.isTold()).forEach(track -> {
                ChannelName channel = track.feed().channel();
                Position position = new Position(track.feed().epoch(), track.position());
                bytes.append(wire.moved(channel.value(), Cursor.of(channel, position)));
                track.told(track.position());
            });
        }
        untold = false;
        historyEnded = false;
        toldNanos = now;
    }

    private CursorGroup movedTo(Track track) {
        CursorGroup moved = group();
        moved.moveTo(track.feed().channel(), track.position());
        return moved;
    }

    private CursorGroup group() {
        CursorGroup known = group;
        if (known == null) {
            known = new CursorGroup(tracks.values().iterator().next().feed().epoch(), tracks.keySet());
            CursorGroup begun = known;
            tracks.forEach((channel, track) -> begun.moveTo(channel, track.position()));
            group = known;
        }
        return known;
    }
}
