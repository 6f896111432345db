package io.millrace.bench;

import java.util.function.Function;

/** What each of many subscribers asks for, and what it has to hear. */
interface Plan {
    int count();

    Opening opening(int index);

    Receipts receipts(int index, Tally tally);

    /** Everybody the same. */
    static Plan alike(int count, Opening opening, Function<Tally, Receipts> books) {
        return new Plan() {
            @Override
            public int count() {
                return count;
            }

            @Override
            public Opening opening(int index) {
                return opening;
            }

            @Override
            public Receipts receipts(int index, Tally tally) {
                return books.apply(tally);
            }
        };
    }
}
