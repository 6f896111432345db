package io.millrace.bench;

/** What went wrong with deliveries, counted. Any of the three makes a run fail. */
record Losses(long lost, long duplicated, long reordered) {
    static final Losses NONE = new Losses(0, 0, 0);

    Losses plus(Losses other) {
        return new Losses(lost + other.lost, duplicated + other.duplicated, reordered + other.reordered);
    }

    boolean any() {
        return lost + duplicated + reordered > 0;
    }

    @Override
    public String toString() {
        return lost + " lost, " + duplicated + " duplicated, " + reordered + " out of order";
    }
}
