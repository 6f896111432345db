package io.millrace.platform.relay;

import org.jspecify.annotations.Nullable;

/**
 * The channel's newest events, as one linked list with one writer, the relay, and any number of readers on other threads,
 * each with its own pointer into it. Nothing is copied to a reader and nothing dropped for one: a reader that has fallen
 * off the end finds {@link Node#FALLEN} after its pointer and goes back to reading the journal.
 *
 * <pre>
 *   floor -> n1 -> n2 -> n3 = tail        floor was delivered or given up; its successor is the oldest that can be read
 *              ^reader        ^reader that has everything
 * </pre>
 */
public final class LiveList {
    private final int maxEvents;
    private final long maxBytes;
    private volatile Node floor;
    private volatile Node tail;
    private int events;
    private long bytes;

    LiveList(long head, int maxEvents, long maxBytes) {
        this(head, false, maxEvents, maxBytes);
    }

    /** @param complete whether {@code head} is the stream's end */
    LiveList(long head, boolean complete, int maxEvents, long maxBytes) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
        this.floor = new Node(head, complete);
        this.tail = floor;
    }

    /** The newest offset. */
    public long head() {
        return tail.offset;
    }

    /** The place of the newest event. */
    public Node newest() {
        return tail;
    }

    /** The pointer of a reader that has everything up to {@code offset}, or null where the list no longer reaches back. */
    public @Nullable Node after(long offset) {
        Node newest = tail;
        if (offset >= newest.offset) {
            return newest;
        }
        Node node = floor;
        while (node != null && node != Node.FALLEN && node.offset < offset) {
            node = node.next;
        }
        return node != null && node.offset == offset ? node : null;
    }

    /** Relay only: appends the event with offset {@code head() + 1}. */
    void append(EncodedEvent event) {
        Node node = new Node(event);
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
        EncodedEvent event = oldest.event;
        bytes -= event == null ? 0 : cost(event);
        events--;
        floor = oldest;
        // a stalled reader at the cut must not keep everything after it in memory
        cut.next = Node.FALLEN;
    }

    /** Relay only: goes on after {@code head}, leaving out what lies between; every reader falls off. */
    void restartAt(long head, boolean complete) {
        Node left = tail;
        Node fresh = new Node(head, complete);
        floor = fresh;
        tail = fresh;
        events = 0;
        bytes = 0;
        left.next = Node.FALLEN;
    }

    private static long cost(EncodedEvent event) {
        return event.event().data().size() * 2L + 256;
    }

    /** One place in the list: just after the event with this offset. */
    public static final class Node {
        /** Stands after a pointer whose successor has been dropped. */
        public static final Node FALLEN = new Node(-1, false);

        private final long offset;
        private final @Nullable EncodedEvent event;
        private final boolean end;
        private volatile @Nullable Node next;

        private Node(long offset, boolean end) {
            this.offset = offset;
            this.event = null;
            this.end = end;
        }

        private Node(EncodedEvent event) {
            this.offset = event.offset();
            this.event = event;
            this.end = event.event().isEnd();
        }

        /** The next place, {@link #FALLEN}, or null where there is nothing newer yet. */
        public @Nullable Node next() {
            return next;
        }

        /** The event that ends at this place; null only where the list began. */
        public @Nullable EncodedEvent event() {
            return event;
        }

        public long offset() {
            return offset;
        }

        /** Whether this is the stream's end, after which nothing will ever come. */
        public boolean isEnd() {
            return end;
        }
    }
}
