package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReceiptsTest {
    private static final int RUN = 5;

    private final Tally tally = new Tally();
    private final Sent sent = new Sent(3);

    @Test
    void eachLaneHasItsOwnNumbers() {
        Receipts receipts = new Receipts.OfLanes(tally, RUN, 1, 2, sent);
        sent.acknowledged(1, 2);
        sent.acknowledged(2, 3);
        receipts.marked(RUN, 1, 0, 0, 0);
        receipts.marked(RUN, 2, 0, 0, 0);
        receipts.marked(RUN, 1, 1, 0, 0);
        receipts.marked(RUN, 2, 2, 0, 0);

        assertThat(receipts.losses()).isEqualTo(new Losses(1, 0, 0));
    }

    @Test
    void othersMarksDontCount() {
        Receipts receipts = new Receipts.OfLanes(tally, RUN, 1, 1, sent);
        receipts.marked(RUN + 1, 1, 0, 0, 0);
        receipts.marked(RUN, 0, 0, 0, 0);
        receipts.marked(RUN, 2, 0, 0, 0);
        tally.publish();

        assertThat(tally.seenDelivered()).isZero();
        assertThat(receipts.losses()).isEqualTo(Losses.NONE);
    }

    @Test
    void aPastIsWholeWithAllItsLanes() {
        Receipts receipts = new Receipts.OfAllLanes(tally, 3);
        receipts.marked(RUN, 0, 0, 0, 0);
        receipts.marked(RUN, 1, 0, 0, 0);
        assertThat(receipts.losses()).isEqualTo(new Losses(1, 0, 0));

        receipts.marked(RUN, 0, 1, 0, 0);
        assertThat(receipts.losses()).isEqualTo(Losses.NONE);
        assertThat(receipts.complete()).isTrue();
    }

    @Test
    void latenciesAreTakenOnce() {
        tally.measured(0, 2_000_000);

        assertThat(tally.latencySinceLast().getTotalCount()).isEqualTo(1);
        assertThat(tally.latencySinceLast().getTotalCount()).isZero();
    }
}
