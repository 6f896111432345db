package io.millrace.platform.channel;

import io.millrace.persistence.ChannelRecord;
import io.millrace.persistence.ChannelSnapshot;
import io.millrace.persistence.ChannelSnapshot.KnownCommand;
import io.millrace.persistence.ChannelSnapshot.KnownKey;
import io.millrace.persistence.ChannelSnapshot.KnownWrite;
import io.millrace.persistence.WriteId;
import io.millrace.platform.channel.Answer.Accepted;
import io.millrace.platform.channel.Answer.Conflicted;
import io.millrace.platform.channel.Answer.Declined;
import io.millrace.platform.channel.Answer.Limited;
import io.millrace.platform.channel.Answer.Outcome;
import io.millrace.platform.channel.Answer.Receipt;
import io.millrace.platform.channel.Channel.Request;
import io.millrace.platform.channel.KeyMemory.DedupeSettings;
import io.millrace.protocol.Code;
import io.millrace.protocol.Draft;
import io.millrace.protocol.Event;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a channel knows. {@link #decide} turns requests into events without changing anything, {@link #apply} is the only
 * way it changes, live and on recovery alike. Mutable, because it holds hundreds of thousands of keys that can't be copied
 * for each event; the one actor that owns it is its only reader.
 */
final class ChannelState {
    /** A relay that hasn't written for as many other relays' writes is forgotten. */
    private static final int WRITERS_REMEMBERED = 64;

    private static final ChannelSnapshot NOTHING = new ChannelSnapshot(0, 0, 0, List.of(), List.of());

    private final DedupeSettings dedupe;
    private final boolean shared;
    private final KeyMemory keys;
    private final CommandMemory commands;
    private final @Nullable EntityBehaviour<?> behaviour;
    private final @Nullable Entity entity;
    private final Map<UUID, KnownWrite> writes = new LinkedHashMap<>();
    private long head;
    private long trimmedTo;
    private long lastTimeMillis;
    private boolean complete;

    private ChannelState(
            DedupeSettings dedupe, @Nullable EntityBehaviour<?> behaviour, ChannelSnapshot from, boolean shared) {
        this.commands = new CommandMemory(dedupe, from.commands());
        this.behaviour = behaviour;
        this.entity = behaviour == null ? null : Entity.of(behaviour, from.state());
        this.dedupe = dedupe;
        this.shared = shared;
        this.keys = new KeyMemory(dedupe, from.keys());
        this.head = from.head();
        this.trimmedTo = from.trimmedTo();
        this.lastTimeMillis = from.lastTimeMillis();
        this.complete = from.complete();
        from.writes().forEach(write -> writes.put(writer(write.write()), write));
    }

    /**
     * The state before the first record. It never changes: the actor's restarts all begin with this one object, and what a
     * failed write left in it would pass for true.
     */
    static ChannelState empty(DedupeSettings dedupe, @Nullable EntityBehaviour<?> behaviour) {
        return new ChannelState(dedupe, behaviour, NOTHING, true);
    }

    static ChannelState restore(
            DedupeSettings dedupe, @Nullable EntityBehaviour<?> behaviour, ChannelSnapshot snapshot) {
        return new ChannelState(dedupe, behaviour, snapshot, false);
    }

    ChannelSnapshot snapshot() {
        return new ChannelSnapshot(
                head,
                trimmedTo,
                lastTimeMillis,
                keys.oldestFirst(),
                new ArrayList<>(writes.values()),
                complete,
                commands.oldestFirst(),
                entity == null ? null : entity.snapshot());
    }

    /** The state that the channel's behaviour makes of its events; null where it is a log. */
    @Nullable
    Entity entity() {
        return entity;
    }

    /** The command with this id, if it is still remembered. */
    @Nullable
    KnownCommand command(String id) {
        return commands.find(id);
    }

    /** The time of what is appended now: times never go back. */
    long timeOf(long nowMillis) {
        return Math.max(nowMillis, lastTimeMillis);
    }

    long head() {
        return head;
    }

    /** Whether the head is the stream's end, so that nothing can be appended any more. */
    boolean isComplete() {
        return complete;
    }

    long trimmedTo() {
        return trimmedTo;
    }

    long lastTimeMillis() {
        return lastTimeMillis;
    }

    /** What is remembered of an idempotency key. */
    @Nullable
    KnownKey keyOf(String key) {
        return keys.find(key);
    }

    /** The write with which the same relay was heard last, if it is still remembered. */
    @Nullable
    KnownWrite lastWriteOf(WriteId write) {
        return writes.get(writer(write));
    }

    /** What the requests come to, in their order, at this time: the events to append and what to answer. */
    Decided decide(List<Request> requests, long nowMillis) {
        return decide(requests, nowMillis, Allowance.UNLIMITED);
    }

    /** The same under a rate: a request for whose new events there is no room comes to {@link Limited}. */
    Decided decide(List<Request> requests, long nowMillis, Allowance allowance) {
        return new Decision(head + 1, false, nowMillis, allowance).of(requests);
    }

    /** The answer to a write that stands in the journal already, from {@code firstOffset} on. Appends nothing. */
    List<Outcome> repeat(List<Request> requests, long firstOffset) {
        return new Decision(firstOffset, true, lastTimeMillis, Allowance.UNLIMITED)
                .of(requests)
                .outcomes();
    }

    ChannelState apply(ChannelRecord record) {
        if (shared) {
            return restore(dedupe, behaviour, NOTHING).apply(record);
        }
        if (record instanceof ChannelRecord.Appended appended) {
            appended.events().forEach(this::append);
            UUID writer = writer(appended.write());
            writes.remove(writer);
            writes.put(writer, new KnownWrite(appended.write(), appended.firstOffset()));
            if (writes.size() > WRITERS_REMEMBERED) {
                writes.remove(writes.keySet().iterator().next());
            }
        }
        if (record instanceof ChannelRecord.Executed executed) {
            commands.remember(new KnownCommand(
                    executed.id(),
                    executed.firstOffset(),
                    executed.events().size(),
                    lastTimeMillis,
                    executed.fingerprint(),
                    executed.reply()));
        } else if (record instanceof ChannelRecord.Trimmed trimmed) {
            trimmedTo = Math.max(trimmedTo, trimmed.upTo());
        }
        return this;
    }

    private void append(Event event) {
        head = event.offset();
        complete = event.isEnd();
        lastTimeMillis = event.time().toEpochMilli();
        if (entity != null) {
            entity.apply(event);
        }
        String key = event.key();
        if (key != null) {
            keys.remember(new KnownKey(
                    key, event.offset(), lastTimeMillis, Fingerprint.of(event.type(), event.source(), event.data())));
        }
    }

    private static UUID writer(WriteId write) {
        return new UUID(write.writerHigh(), write.writerLow());
    }

    record Decided(List<Event> events, List<Outcome> outcomes, Allowance allowance) {}

    /**
     * One pass over a write's requests. Each request is taken whole or, at its first conflict, not at all. What is known
     * by its key is answered as before, also where the rules of the channel would be against it by now. Repeating a
     * write walks the same way over the same requests and leaves out of sight what that write itself put into the
     * journal, so that it comes to the same places.
     */
    private final class Decision {
        private final boolean repeating;
        private final Instant time;
        private final List<Event> events = new ArrayList<>();
        private final Map<String, KnownKey> fresh = new HashMap<>();
        private final long first;
        private final long nowMillis;
        private long next;
        private boolean ended;
        private Allowance allowance;

        Decision(long first, boolean repeating, long nowMillis, Allowance allowance) {
            this.first = first;
            this.next = first;
            this.repeating = repeating;
            this.ended = complete && !repeating;
            this.nowMillis = nowMillis;
            this.time = Instant.ofEpochMilli(Math.max(nowMillis, lastTimeMillis));
            this.allowance = allowance;
        }

        Decided of(List<Request> requests) {
            List<Outcome> outcomes = new ArrayList<>(requests.size());
            for (Request request : requests) {
                outcomes.add(take(request));
            }
            return new Decided(events, outcomes, allowance);
        }

        private Outcome take(Request request) {
            long firstOfRequest = next;
            boolean wasEnded = ended;
            List<Receipt> receipts = new ArrayList<>(request.drafts().size());
            for (int i = 0; i < request.drafts().size(); i++) {
                Draft draft = request.drafts().get(i);
                KnownKey known = find(draft.key());
                Declined rule = known == null ? rule(request, firstOfRequest) : null;
                if (rule != null) {
                    giveUp(firstOfRequest, wasEnded);
                    return rule;
                }
                if (known == null) {
                    receipts.add(new Receipt(next, false));
                    add(draft, request.publisher());
                } else if (known.bodyFingerprint() == fingerprint(draft)) {
                    receipts.add(new Receipt(known.offset(), true));
                } else {
                    giveUp(firstOfRequest, wasEnded);
                    return new Conflicted(i, known.offset());
                }
            }
            return within(receipts, firstOfRequest, wasEnded);
        }

        /** Events that stand already cost nothing: a publisher that tries again is never kept from its receipt. */
        private Outcome within(List<Receipt> receipts, long firstOfRequest, boolean wasEnded) {
            int added = (int) (next - firstOfRequest);
            Allowance.Taken taken = allowance.take(added, nowMillis);
            if (added > 0 && !taken.granted()) {
                giveUp(firstOfRequest, wasEnded);
                return new Limited(taken.pause().toMillis() + 1);
            }
            allowance = added > 0 ? taken.left() : allowance;
            return new Accepted(receipts);
        }

        /** What is against appending the request's next event, if anything is. */
        private @Nullable Declined rule(Request request, long firstOfRequest) {
            if (ended) {
                return new Declined(Code.CHANNEL_COMPLETE, "the stream ended at offset " + (next - 1));
            }
            Long expected = request.expectedOffset();
            return expected == null || expected == firstOfRequest - 1
                    ? null
                    : new Declined(Code.OFFSET_CONFLICT, "the head is " + (firstOfRequest - 1) + ", not " + expected);
        }

        private void add(Draft draft, String publisher) {
            String key = draft.key();
            if (key != null) {
                fresh.put(key, new KnownKey(key, next, time.toEpochMilli(), fingerprint(draft)));
            }
            events.add(new Event(next, time, draft.type(), draft.data(), draft.source(), key, publisher));
            ended = draft.type().isEnd();
            next++;
        }

        private void giveUp(long firstOfRequest, boolean wasEnded) {
            ended = wasEnded;
            fresh.values().removeIf(key -> key.offset() >= firstOfRequest);
            events.subList((int) (events.size() - (next - firstOfRequest)), events.size())
                    .clear();
            next = firstOfRequest;
        }

        private @Nullable KnownKey find(@Nullable String key) {
            if (key == null) {
                return null;
            }
            KnownKey found = fresh.get(key);
            if (found != null) {
                return found;
            }
            KnownKey stored = keys.find(key);
            return stored != null && repeating && stored.offset() >= first ? null : stored;
        }

        private static long fingerprint(Draft draft) {
            return Fingerprint.of(draft.type(), draft.source(), draft.data());
        }
    }
}
