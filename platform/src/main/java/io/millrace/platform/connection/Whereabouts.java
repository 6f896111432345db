package io.millrace.platform.connection;

import io.millrace.protocol.CursorGroup;
import java.time.Duration;
import java.util.List;
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
    private List<Strand> strands = List.of();
    private @Nullable CursorGroup group;
    private boolean untold;
    private boolean historyEnded;
    private long toldNanos = System.nanoTime();

    Whereabouts(Wire wire) {
        this.wire = wire;
    }

    /** On an event stream these are channels, or one family alone, whose cursors can't be put together. */
    void haveChanged(List<Strand> strands) {
        this.strands = strands;
        group = null;
    }

    /** The cursor to send with the event taken last; null where the event's own id is the cursor. */
    @Nullable
    String after(Strand strand) {
        if (!wire.isStream()) {
            return null;
        }
        untold = false; // one cursor tells everything
        return strands.size() <= 1 ? null : movedTo(strand).text();
    }

    /** The cursor of all channels as they stand now; of none it is empty. */
    String all() {
        if (strands.size() <= 1 || strands.stream().noneMatch(Track.class::isInstance)) {
            return strands.isEmpty() ? "" : strands.get(0).cursor();
        }
        CursorGroup all = group();
        strands.forEach(strand -> move(all, strand));
        return all.text();
    }

    /** The strand has gone on over events that the client doesn't see. */
    void hasPassedOver(Strand strand) {
        untold = true;
        if (wire.isStream()) {
            strand.told(); // by the next cursor, whichever strand it comes with
            if (strands.size() > 1) {
                movedTo(strand);
            }
        }
    }

    void historyHasEnded() {
        historyEnded = true;
    }

    /** Events were sent, and their cursor with them. */
    void wereTold(long now) {
        toldNanos = now;
    }

    /** Whether the client doesn't know where it stands. */
    boolean areUntold() {
        return untold;
    }

    /** How long the client may stay untold, zero where it is time to tell it. */
    Duration untilTold(long now, boolean asleep) {
        long left = SILENCE.toNanos() - (now - toldNanos);
        return left <= 0 || (historyEnded && asleep) ? Duration.ZERO : Duration.ofNanos(left);
    }

    /** Tells the client where it stands. */
    void tell(Gathered bytes, long now) {
        if (wire.isStream()) {
            bytes.add(wire.moved("", all()));
        } else {
            strands.stream().filter(Strand::isUntold).forEach(strand -> {
                bytes.add(wire.moved(strand.name(), strand.cursor()));
                strand.told();
            });
        }
        untold = false;
        historyEnded = false;
        toldNanos = now;
    }

    private CursorGroup movedTo(Strand strand) {
        CursorGroup moved = group();
        move(moved, strand);
        return moved;
    }

    private CursorGroup group() {
        CursorGroup known = group;
        if (known == null) {
            List<Track> tracks = strands.stream()
                    .filter(Track.class::isInstance)
                    .map(Track.class::cast)
                    .toList();
            known = new CursorGroup(
                    tracks.get(0).feed().epoch(),
                    tracks.stream().map(track -> track.feed().channel()).toList());
            for (Track track : tracks) {
                move(known, track);
            }
            group = known;
        }
        return known;
    }

    private static void move(CursorGroup group, Strand strand) {
        if (strand instanceof Track track) {
            group.moveTo(track.feed().channel(), track.position());
        }
    }
}
