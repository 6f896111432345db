package io.millrace.platform.relay;

import io.millrace.protocol.CommitPosition;
import org.jspecify.annotations.Nullable;

/**
 * A family's newest events, as {@link LiveList} has a channel's: one linked list, one writer, any number of readers with
 * pointers into it. A reader that has fallen off the end finds {@link Node#FALLEN} and goes back to the log.
 */
public final class FamilyList {
    private final int maxEvents;
    private final long maxBytes;
    private volatile Node floor;
    private volatile Node tail;
    private int events;
    private long bytes;

    FamilyList(CommitPosition head, int maxEvents, long maxBytes) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
        this.floor = new Node(head, null);
        this.tail = floor;
    }

    /** Just after the newest event. */
    public CommitPosition head() {
        return tail.position;
    }

    /** The newest place. */
    public Node newest() {
        return tail;
    }

    /**
     * A pointer from which a reader that has everything up to this place misses nothing, though it may find events that it
     * has; null where the list no longer reaches back.
     */
    public @Nullable Node after(CommitPosition position) {
        Node newest = tail;
        if (position.compareTo(newest.position) >= 0) {
            return newest;
        }
        Node node = floor;
        if (position.compareTo(node.position) < 0) {
            return null;
        }
        while (true) {
            Node next = node.next;
            if (next == Node.FALLEN) {
                return null;
            }
            if (next == null || next.position.compareTo(position) > 0) {
                return node;
            }
            node = next;
        }
    }

    /** Its owner only. */
    void append(FamilyEvent event) {
        Node node = new Node(event.position(), event);
        bytes += cost(event);
        events++;
        Node last = tail;
        last.next = node;
        tail = node;
        while (events > maxEvents || (bytes > maxBytes && events > 1)) {
            dropOldest();
        }
    }

    private void dropOldest() {
        Node cut = floor;
        Node oldest = cut.next;
        if (oldest == null) {
            return;
        }
        FamilyEvent event = oldest.event;
        bytes -= event == null ? 0 : cost(event);
        events--;
        floor = oldest;
        cut.next = Node.FALLEN;
    }

    /** Its owner only: goes on after this place, leaving out what lies between; every reader falls off. */
    void restartAt(CommitPosition head) {
        Node left = tail;
        Node fresh = new Node(head, null);
        floor = fresh;
        tail = fresh;
        events = 0;
        bytes = 0;
        left.next = Node.FALLEN;
    }

    private static long cost(FamilyEvent event) {
        return event.event().event().data().size() * 2L + 384;
    }

    /** One place in the list: just after this event. */
    public static final class Node {
        /** Stands after a pointer whose successor has been dropped. */
        public static final Node FALLEN = new Node(CommitPosition.afterRow(0, 0), null);

        private final CommitPosition position;
        private final @Nullable FamilyEvent event;
        private volatile @Nullable Node next;

        private Node(CommitPosition position, @Nullable FamilyEvent event) {
            this.position = position;
            this.event = event;
        }

        /** The next place, {@link #FALLEN}, or null where there is nothing newer yet. */
        public @Nullable Node next() {
            return next;
        }

        /** The event that ends at this place; null only where the list began. */
        public @Nullable FamilyEvent event() {
            return event;
        }
    }
}
