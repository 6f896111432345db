package io.millrace.platform.fakes;

import io.millrace.persistence.Journal;
import io.millrace.persistence.JournalUnavailable;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Event;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A journal in memory that keeps the interface's promises, counts what it is asked, and can be away or slow on command.
 * Answers at once, on the caller's thread, unless {@link #holdsAnswers} was called.
 */
public final class MemoryJournal implements Journal {
    private final Map<ChannelName, Log> logs = new HashMap<>();
    private final Deque<Runnable> held = new ArrayDeque<>();
    private final List<Deletion> deletions = new ArrayList<>();
    private boolean holding;
    private boolean away;
    private int reads;
    private int boundsAsked;

    /** What the journal was told to delete. */
    public record Deletion(ChannelName channel, long upTo, long maxSequenceNr, int maxRows) {}

    private static final class Log {
        private final List<Event> events = new ArrayList<>();
        private long trimmedTo;
        private boolean complete;

        Bounds bounds() {
            long head =
                    events.isEmpty() ? trimmedTo : events.get(events.size() - 1).offset();
            return new Bounds(head, trimmedTo + 1, complete);
        }
    }

    public synchronized void append(ChannelName channel, List<Event> events) {
        Log log = log(channel);
        for (Event event : events) {
            if (event.offset() != log.bounds().head() + 1) {
                throw new IllegalStateException("offsets are dense: " + event.offset() + " after " + log.bounds());
            }
            log.events.add(event);
            log.complete = event.isEnd();
        }
    }

    /** Gives up everything up to and including {@code upTo}. */
    public synchronized void trim(ChannelName channel, long upTo) {
        Log log = log(channel);
        long head = log.bounds().head();
        log.events.removeIf(event -> event.offset() <= upTo);
        log.trimmedTo = Math.max(log.trimmedTo, Math.min(upTo, head));
    }

    /** From now on every question fails, until {@code away} is false again. */
    public synchronized void isAway(boolean away) {
        this.away = away;
    }

    /** From now on nothing is answered before {@link #answersHeld}. */
    public synchronized void holdsAnswers() {
        holding = true;
    }

    /** Answers what has waited, with what is true now, and no longer holds. */
    public void answersHeld() {
        List<Runnable> ready;
        synchronized (this) {
            holding = false;
            ready = new ArrayList<>(held);
            held.clear();
        }
        ready.forEach(Runnable::run);
    }

    public synchronized int reads() {
        return reads;
    }

    public synchronized int boundsAsked() {
        return boundsAsked;
    }

    public synchronized List<Deletion> deletions() {
        return List.copyOf(deletions);
    }

    public synchronized List<Event> events(ChannelName channel) {
        return List.copyOf(log(channel).events);
    }

    @Override
    public CompletionStage<Bounds> bounds(ChannelName channel) {
        synchronized (this) {
            boundsAsked++;
        }
        return answer(() -> log(channel).bounds());
    }

    @Override
    public CompletionStage<Page> read(ChannelName channel, long after, long upTo, int maxBytes) {
        synchronized (this) {
            reads++;
        }
        return answer(() -> page(log(channel), after, upTo, maxBytes));
    }

    private static Page page(Log log, long after, long upTo, int maxBytes) {
        List<Event> page = new ArrayList<>();
        long bytes = 0;
        long first = log.trimmedTo + 1;
        for (long offset = after + 1;
                after + 1 >= first && offset <= Math.min(upTo, log.bounds().head());
                offset++) {
            Event event = log.events.get((int) (offset - first));
            bytes += event.data().size();
            if (bytes > maxBytes && !page.isEmpty()) {
                break;
            }
            page.add(event);
        }
        return new Page(page, log.bounds());
    }

    @Override
    public CompletionStage<Long> offsetBefore(ChannelName channel, Instant time) {
        return answer(() -> log(channel).events.stream()
                .filter(event -> event.time().isBefore(time))
                .mapToLong(Event::offset)
                .max()
                .orElse(0));
    }

    @Override
    public CompletionStage<Integer> delete(ChannelName channel, long upTo, long maxSequenceNr, int maxRows) {
        return answer(() -> {
            deletions.add(new Deletion(channel, upTo, maxSequenceNr, maxRows));
            trim(channel, upTo);
            return 0;
        });
    }

    @Override
    public CompletionStage<List<KeptSince>> channels(String afterName, int limit) {
        return answer(() -> logs.entrySet().stream()
                .filter(entry -> entry.getKey().value().compareTo(afterName) > 0
                        && !entry.getValue().events.isEmpty())
                .sorted(Map.Entry.comparingByKey())
                .limit(limit)
                .map(entry -> new KeptSince(
                        entry.getKey(),
                        entry.getValue().events.get(0).time(),
                        entry.getValue().events.size()))
                .toList());
    }

    private synchronized Log log(ChannelName channel) {
        return logs.computeIfAbsent(channel, unknown -> new Log());
    }

    private <T> CompletionStage<T> answer(Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Runnable answering = () -> {
            T value = null;
            boolean isAway;
            synchronized (this) {
                isAway = away;
                if (!isAway) {
                    value = question.get();
                }
            }
            if (isAway) {
                answer.completeExceptionally(
                        new JournalUnavailable("the fake is away", new java.io.IOException("away")));
            } else {
                answer.complete(value);
            }
        };
        boolean now;
        synchronized (this) {
            now = !holding;
            if (!now) {
                held.add(answering);
            }
        }
        if (now) {
            answering.run();
        }
        return answer;
    }
}
