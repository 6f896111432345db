package io.millrace.platform.relay;

import io.millrace.persistence.Journal;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Event;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The journal's questions about a channel that has none, answered from its live list: what this node still keeps ready is
 * all that can be read. So everything that reads a journal reads such a channel too. Safe for use by many threads.
 */
final class Ring implements Journal {
    private final LiveList live;

    Ring(LiveList live) {
        this.live = live;
    }

    @Override
    public CompletionStage<Bounds> bounds(ChannelName channel) {
        long floor = live.floor().offset();
        return CompletableFuture.completedFuture(new Bounds(Math.max(live.head(), floor), floor + 1));
    }

    @Override
    public CompletionStage<Page> read(ChannelName channel, long after, long upTo, int maxBytes) {
        while (true) {
            LiveList.Node floor = live.floor();
            List<Event> events = new ArrayList<>();
            boolean whole = after < floor.offset() || collect(floor, after, upTo, maxBytes, events);
            if (whole) {
                long head = Math.max(live.head(), floor.offset());
                return CompletableFuture.completedFuture(new Page(events, new Bounds(head, floor.offset() + 1)));
            }
        }
    }

    /** @return false where the list was cut off under way, so that its floor is another now */
    private static boolean collect(LiveList.Node floor, long after, long upTo, int maxBytes, List<Event> events) {
        long bytes = 0;
        for (LiveList.Node node = floor.next(); node != null; node = node.next()) {
            EncodedEvent event = node.event();
            if (event == null) {
                return false; // FALLEN
            }
            bytes += event.offset() > after ? event.event().data().size() : 0;
            if (event.offset() > upTo || (bytes > maxBytes && !events.isEmpty())) {
                return true;
            }
            if (event.offset() > after) {
                events.add(event.event());
            }
        }
        return true;
    }

    @Override
    public CompletionStage<Long> offsetBefore(ChannelName channel, Instant time) {
        long before = 0;
        for (LiveList.Node node = live.floor().next(); node != null; node = node.next()) {
            EncodedEvent event = node.event();
            if (event == null || !event.event().time().isBefore(time)) {
                break;
            }
            before = event.offset();
        }
        return CompletableFuture.completedFuture(before);
    }

    @Override
    public CompletionStage<Integer> delete(ChannelName channel, long upTo, long maxSequenceNr, int maxRows) {
        return CompletableFuture.completedFuture(0);
    }

    @Override
    public CompletionStage<List<KeptSince>> channels(String afterName, int limit) {
        return CompletableFuture.completedFuture(List.of());
    }
}
