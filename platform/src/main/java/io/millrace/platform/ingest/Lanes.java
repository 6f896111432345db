package io.millrace.platform.ingest;

import io.millrace.platform.relay.Published;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Draft;
import io.millrace.protocol.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Publishes what came in, a lane for each channel: within a channel nothing overtakes, between channels nobody waits. A
 * batch with something in it that can never be stored is halved until that stands alone. Used by one thread.
 *
 * @param <T> what came in
 */
final class Lanes<T> {
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);

    private final Relays relays;
    private final String publisher;
    private final Map<ChannelName, Lane<T>> busy = new HashMap<>();
    private final Map<ChannelName, Long> waitsUntil = new HashMap<>();

    Lanes(Relays relays, String publisher) {
        this.relays = relays;
        this.publisher = publisher;
    }

    /** One thing to publish. */
    record Item<T>(T from, Draft draft) {}

    /** How it went with one. */
    record Settled<T>(T from, Outcome outcome) {}

    sealed interface Outcome {
        /** It stands, now or since earlier. */
        record Stored() implements Outcome {}

        /** It never can. */
        record Refused(Refusal refusal) implements Outcome {}

        /** It isn't known to stand: to be sent again, first of its channel. */
        record Later(Duration pause) implements Outcome {}
    }

    private record Lane<T>(List<Item<T>> items, CompletableFuture<List<Outcome>> outcomes) {}

    /** Channels that take nothing now: something is on its way, or they asked for a pause. */
    Set<ChannelName> held() {
        waitsUntil.values().removeIf(until -> until - System.nanoTime() <= 0);
        Set<ChannelName> held = new HashSet<>(busy.keySet());
        held.addAll(waitsUntil.keySet());
        return held;
    }

    /** In this order. The channel is not {@link #held}. */
    void send(ChannelName channel, List<Item<T>> items) {
        List<Draft> drafts = items.stream().map(Item::draft).toList();
        busy.put(channel, new Lane<>(items, publish(channel, drafts).toCompletableFuture()));
    }

    /** Waits so long for all that is on its way, and tells of what has arrived. */
    List<Settled<T>> settled(Duration patience) throws InterruptedException {
        CompletableFuture<?>[] all = busy.values().stream().map(Lane::outcomes).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(all).get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException some) {
            // those that have arrived are told of
        } catch (ExecutionException never) {
            throw new IllegalStateException("a publish always has an outcome", never);
        }
        List<Settled<T>> settled = new ArrayList<>();
        busy.entrySet()
                .removeIf(lane ->
                        lane.getValue().outcomes().isDone() && settled.addAll(settle(lane.getKey(), lane.getValue())));
        return settled;
    }

    private List<Settled<T>> settle(ChannelName channel, Lane<T> lane) {
        List<Outcome> outcomes = lane.outcomes().join();
        List<Settled<T>> settled = new ArrayList<>(outcomes.size());
        for (int i = 0; i < outcomes.size(); i++) {
            settled.add(new Settled<>(lane.items().get(i).from(), outcomes.get(i)));
        }
        if (outcomes.get(outcomes.size() - 1) instanceof Outcome.Later later) {
            waitsUntil.put(channel, System.nanoTime() + later.pause().toNanos());
        }
        return settled;
    }

    private CompletionStage<List<Outcome>> publish(ChannelName channel, List<Draft> drafts) {
        return relays.publish(channel, publisher, drafts).thenCompose(published -> {
            if (published instanceof Published.Refused refused) {
                return refused(channel, drafts, refused.refusal());
            }
            return done(drafts.size(), new Outcome.Stored());
        });
    }

    private CompletionStage<List<Outcome>> refused(ChannelName channel, List<Draft> drafts, Refusal refusal) {
        if (refusal.code().retry()) {
            return done(drafts.size(), new Outcome.Later(pause(refusal)));
        }
        if (drafts.size() == 1) {
            return done(1, new Outcome.Refused(refusal));
        }
        List<Draft> first = drafts.subList(0, drafts.size() / 2);
        List<Draft> second = drafts.subList(drafts.size() / 2, drafts.size());
        return publish(channel, first)
                .thenCompose(before -> rest(channel, before, second).thenApply(after -> both(before, after)));
    }

    /** What comes behind something that has to wait, waits too: it keeps its place. */
    private CompletionStage<List<Outcome>> rest(ChannelName channel, List<Outcome> before, List<Draft> drafts) {
        return before.get(before.size() - 1) instanceof Outcome.Later later
                ? done(drafts.size(), later)
                : publish(channel, drafts);
    }

    private static List<Outcome> both(List<Outcome> before, List<Outcome> after) {
        List<Outcome> both = new ArrayList<>(before);
        both.addAll(after);
        return both;
    }

    private static Duration pause(Refusal refusal) {
        Duration asked = refusal.retryAfter();
        return asked == null || asked.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : asked;
    }

    private static CompletionStage<List<Outcome>> done(int times, Outcome outcome) {
        return CompletableFuture.completedFuture(Collections.nCopies(times, outcome));
    }
}
