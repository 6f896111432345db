package io.millrace.protocol;

/**
 * A place in the order in which a database committed: just after a row, or inside one that holds several events.
 *
 * @param transaction the number of the transaction that wrote the row
 * @param ordering the row's own number; grows inside one transaction
 * @param taken how many of the row's events lie before this place, or {@link #WHOLE}
 */
public record CommitPosition(long transaction, long ordering, int taken) implements Comparable<CommitPosition> {
    /** All of the row, however many events it has. */
    public static final int WHOLE = Integer.MAX_VALUE;

    public CommitPosition {
        if (transaction < 0 || ordering < 0 || taken < 1) {
            throw new IllegalArgumentException("no such place: " + transaction + ", " + ordering + ", " + taken);
        }
    }

    public static CommitPosition afterRow(long transaction, long ordering) {
        return new CommitPosition(transaction, ordering, WHOLE);
    }

    public boolean isAfterRow() {
        return taken == WHOLE;
    }

    @Override
    public int compareTo(CommitPosition other) {
        int byTransaction = Long.compare(transaction, other.transaction);
        int byRow = byTransaction == 0 ? Long.compare(ordering, other.ordering) : byTransaction;
        return byRow == 0 ? Integer.compare(taken, other.taken) : byRow;
    }
}
