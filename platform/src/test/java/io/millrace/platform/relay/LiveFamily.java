package io.millrace.platform.relay;

import static io.millrace.platform.fakes.Sample.EPOCH;

import io.millrace.persistence.FamilyLog;

/** A family as a reader on one node has it, without the reader's actor: the test says when it looks. */
public final class LiveFamily {
    private final FamilyLog log;
    private final String family;
    private final FamilyFeed feed;

    public LiveFamily(FamilyLog log, String family, int liveEvents, int pageBytes) {
        this.log = log;
        this.family = family;
        FamilyList live = new FamilyList(log.end(family).toCompletableFuture().join(), liveEvents, Long.MAX_VALUE);
        this.feed = new FamilyFeed(family, EPOCH, log, pageBytes, live, listener -> {});
    }

    public FamilyFeed feed() {
        return feed;
    }

    /** Reads what was committed since, as the actor does when it is hinted and every second. */
    public void look(int maxBytes) {
        feed.take(log.read(family, feed.live().head(), maxBytes)
                .toCompletableFuture()
                .join());
    }
}
