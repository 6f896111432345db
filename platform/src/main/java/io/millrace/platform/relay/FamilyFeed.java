package io.millrace.platform.relay;

import io.millrace.persistence.FamilyLog;
import io.millrace.protocol.CommitPosition;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.FamilyCursor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A whole family as a listener on this node has it: the live list and the pages before it. Safe for many threads. */
public final class FamilyFeed {
    private static final int KEPT = 4;

    private final String family;
    private final Epoch epoch;
    private final FamilyLog log;
    private final int pageBytes;
    private final FamilyList live;
    private final Consumer<Listener> leave;
    private final Map<CommitPosition, CompletionStage<FamilyPage>> reading = new LinkedHashMap<>();

    FamilyFeed(String family, Epoch epoch, FamilyLog log, int pageBytes, FamilyList live, Consumer<Listener> leave) {
        this.family = family;
        this.epoch = epoch;
        this.log = log;
        this.pageBytes = pageBytes;
        this.live = live;
        this.leave = leave;
    }

    public String family() {
        return family;
    }

    /** As it is subscribed to: the family's name, a colon and a star. */
    public String pattern() {
        return family + ":*";
    }

    public Epoch epoch() {
        return epoch;
    }

    public FamilyList live() {
        return live;
    }

    public String cursor(CommitPosition position) {
        return FamilyCursor.of(epoch, family, position).text();
    }

    /** Events after this place; asked once for all who ask at the same time. */
    public CompletionStage<FamilyPage> pageAfter(CommitPosition position) {
        synchronized (reading) {
            CompletionStage<FamilyPage> known = reading.get(position);
            if (known != null && !known.toCompletableFuture().isDone()) {
                return known;
            }
            CompletionStage<FamilyPage> page = log.read(family, position, pageBytes)
                    .thenApply(read -> new FamilyPage(
                            read.entries().stream().map(this::encode).toList(), read.complete(), read.oldest()));
            reading.remove(position);
            reading.put(position, page);
            if (reading.size() > KEPT) {
                reading.remove(reading.keySet().iterator().next());
            }
            return page;
        }
    }

    /** Its owner only: takes in what was read after the live list's head; whether listeners have something to look at. */
    boolean take(FamilyLog.Page page) {
        if (!page.complete()) {
            live.restartAt(page.oldest()); // its readers fall off and learn from the log what is left
        }
        for (FamilyLog.Entry entry : page.entries()) {
            if (entry.position().compareTo(live.head()) > 0) {
                live.append(encode(entry));
            }
        }
        return !page.complete() || !page.entries().isEmpty();
    }

    private FamilyEvent encode(FamilyLog.Entry entry) {
        Cursor.Stamp stamp = Cursor.stamp(entry.channel(), epoch);
        EncodedEvent event = new EncodedEvent(entry.channel(), epoch, stamp, entry.event(), cursor(entry.position()));
        return new FamilyEvent(entry.position(), entry.channel(), event);
    }

    public void leave(Listener listener) {
        leave.accept(listener);
    }
}
