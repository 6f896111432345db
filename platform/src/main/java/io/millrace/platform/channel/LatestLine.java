package io.millrace.platform.channel;

import io.millrace.persistence.ChannelSnapshot.KnownKey;
import io.millrace.persistence.WriteId;
import io.millrace.platform.channel.Answer.Outcome;
import io.millrace.platform.channel.Answer.Receipt;
import io.millrace.platform.channel.Channel.PublishAll;
import io.millrace.platform.channel.Channel.Request;
import io.millrace.platform.channel.LatestTicket.Claim;
import io.millrace.platform.family.Family;
import io.millrace.platform.family.Family.Rate;
import io.millrace.protocol.Draft;
import io.millrace.protocol.Event;
import io.millrace.protocol.EventType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * What a limited channel of class latest does with more than its rate: of each value key (type and source) only the newest
 * event waits for its turn, in the place of the one it supersedes. Whoever published one that was superseded is told where
 * the newer one stands. No key waits longer because another changes more often.
 *
 * <p>Lives in memory, as long as one incarnation: what still waits when a channel fails or moves was never acknowledged.
 * Keys of superseded events are remembered, so that a publisher who tries again doesn't put an old value over a new one.
 */
final class LatestLine {
    private static final int WRITERS_REMEMBERED = 64;
    private static final int KEYS_REMEMBERED = 10_000;

    private final UUID self = UUID.randomUUID();
    private final Map<ValueKey, Waiting> line = new LinkedHashMap<>();
    private final Map<String, Stand> keys = new LinkedHashMap<>();
    private final Map<UUID, LatestTicket> tickets = new LinkedHashMap<>();
    private Allowance allowance;
    private long turns;

    LatestLine(Rate rate) {
        this.allowance = Allowance.of(rate);
    }

    /** Null where the family has no need of one. */
    static @Nullable LatestLine of(Family family) {
        Rate rate = family.publishing().rate();
        return family.kind() == Family.Kind.LATEST && rate.isLimited() ? new LatestLine(rate) : null;
    }

    private record ValueKey(EventType type, @Nullable String source) {}

    /** The newest event of one value key, and everybody who is to hear where it stands in the end. */
    private static final class Waiting {
        private Draft draft;
        private String publisher;
        private final List<Claim> claims = new ArrayList<>();
        private final List<Stand> stands = new ArrayList<>();

        private Waiting(Draft draft, String publisher) {
            this.draft = draft;
            this.publisher = publisher;
        }

        private void isSupersededBy(Draft newer, String by) {
            draft = newer;
            publisher = by;
            claims.replaceAll(Claim::superseded);
            stands.forEach(stand -> stand.superseded = true);
        }
    }

    /** Where the event with one idempotency key stands, or for whom it waits. */
    private static final class Stand {
        private final long fingerprint;
        private final @Nullable Waiting waiting;
        private boolean superseded;
        private long offset;

        private Stand(long fingerprint, @Nullable Waiting waiting, long offset) {
            this.fingerprint = fingerprint;
            this.waiting = waiting;
            this.offset = offset;
        }
    }

    /**
     * What has come of one step, to be done in this order.
     *
     * @param events to commit under {@code write}
     * @param replies to send after the commit
     * @param next when to come again, zero where nothing waits
     */
    record Turn(WriteId write, List<Event> events, List<Reply> replies, Duration next) {}

    record Reply(ActorRef<Answer> to, Answer answer) {}

    /** Whether this incarnation has taken this write, or a later one of the same relay. */
    boolean knows(WriteId write) {
        LatestTicket known = tickets.get(writer(write));
        return known != null && write.sequence() <= known.write().sequence();
    }

    private static UUID writer(WriteId write) {
        return new UUID(write.writerHigh(), write.writerLow());
    }

    /** Takes a write in, and with it whatever may go by now. */
    Turn take(ChannelState state, PublishAll command, long nowMillis) {
        UUID writer = writer(command.write());
        LatestTicket known = tickets.get(writer);
        if (known != null && knows(command.write())) {
            boolean again = command.write().sequence() == known.write().sequence();
            List<Reply> replies = again ? List.of(new Reply(command.replyTo(), known.answer())) : List.of();
            return new Turn(command.write(), List.of(), replies, next(nowMillis));
        }
        LatestTicket ticket = new LatestTicket(command.write(), command.requests(), command.replyTo());
        tickets.remove(writer);
        tickets.put(writer, ticket);
        forgetOldest(tickets, WRITERS_REMEMBERED);
        Step step = new Step(state, nowMillis);
        step.touched.add(ticket);
        step.letGo();
        for (int i = 0; i < command.requests().size(); i++) {
            step.take(command.requests().get(i), ticket, i);
        }
        return step.done(command.write());
    }

    /** Lets go what may go by now. */
    Turn letGo(ChannelState state, long nowMillis) {
        Step step = new Step(state, nowMillis);
        step.letGo();
        turns++;
        return step.done(new WriteId(self.getMostSignificantBits(), self.getLeastSignificantBits(), turns));
    }

    private Duration next(long nowMillis) {
        return line.isEmpty()
                ? Duration.ZERO
                : allowance.take(1, nowMillis).pause().plusMillis(1);
    }

    private static void forgetOldest(Map<?, ?> remembered, int most) {
        Iterator<?> oldest = remembered.keySet().iterator();
        while (remembered.size() > most && oldest.hasNext()) {
            oldest.next();
            oldest.remove();
        }
    }

    /** One pass: events get the offsets after the state's head; what they are appended to doesn't change here. */
    private final class Step {
        private final ChannelState state;
        private final long nowMillis;
        private final Instant time;
        private final List<Event> events = new ArrayList<>();
        private final Set<LatestTicket> touched = new LinkedHashSet<>();

        Step(ChannelState state, long nowMillis) {
            this.state = state;
            this.nowMillis = nowMillis;
            this.time = Instant.ofEpochMilli(Math.max(nowMillis, state.lastTimeMillis()));
        }

        void letGo() {
            Iterator<Waiting> first = line.values().iterator();
            while (first.hasNext() && isGranted()) {
                Waiting going = first.next();
                first.remove();
                long offset = append(going.draft, going.publisher);
                going.stands.forEach(stand -> stand.offset = offset);
                going.claims.forEach(claim -> settle(claim, offset));
            }
        }

        void take(Request request, LatestTicket ticket, int index) {
            Outcome conflict = conflict(request);
            if (conflict != null) {
                ticket.refuse(index, conflict);
                return;
            }
            for (int i = 0; i < request.drafts().size(); i++) {
                place(request.drafts().get(i), request.publisher(), new Claim(ticket, index, i, false, false));
            }
        }

        /** A request is taken whole or, where a key was used for another body, not at all. */
        private @Nullable Outcome conflict(Request request) {
            Map<String, Long> own = new HashMap<>();
            for (int i = 0; i < request.drafts().size(); i++) {
                Draft draft = request.drafts().get(i);
                String key = draft.key();
                if (key == null) {
                    continue;
                }
                Stand stand = stand(key);
                Long other = stand != null ? (Long) stand.fingerprint : own.put(key, fingerprint(draft));
                if (other != null && other != fingerprint(draft)) {
                    return new Answer.Conflicted(i, stand == null ? 0 : stand.offset);
                }
            }
            return null;
        }

        private @Nullable Stand stand(String key) {
            KnownKey stored = state.keyOf(key);
            return stored != null ? new Stand(stored.bodyFingerprint(), null, stored.offset()) : keys.get(key);
        }

        private void place(Draft draft, String publisher, Claim claim) {
            String key = draft.key();
            Stand stand = key == null ? null : stand(key);
            if (stand != null) {
                Claim again = stand.superseded ? claim.duplicate().superseded() : claim.duplicate();
                Waiting waiting = stand.waiting;
                if (stand.offset > 0 || waiting == null) {
                    settle(again, stand.offset);
                } else {
                    waiting.claims.add(again);
                }
            } else if (line.isEmpty() && isGranted()) {
                long offset = append(draft, publisher);
                remember(draft, new Stand(fingerprint(draft), null, offset));
                settle(claim, offset);
            } else {
                waits(draft, publisher, claim);
            }
        }

        private void waits(Draft draft, String publisher, Claim claim) {
            ValueKey valueKey = new ValueKey(draft.type(), draft.source());
            Waiting waiting = line.get(valueKey);
            if (waiting == null) {
                waiting = new Waiting(draft, publisher);
                line.put(valueKey, waiting);
            } else {
                waiting.isSupersededBy(draft, publisher);
            }
            waiting.claims.add(claim);
            Stand stand = new Stand(fingerprint(draft), waiting, 0);
            waiting.stands.add(stand);
            remember(draft, stand);
        }

        private void remember(Draft draft, Stand stand) {
            String key = draft.key();
            if (key != null) {
                keys.put(key, stand);
                forgetOldest(keys, KEYS_REMEMBERED);
            }
        }

        private boolean isGranted() {
            Allowance.Taken taken = allowance.take(1, nowMillis);
            allowance = taken.left();
            return taken.granted();
        }

        private long append(Draft draft, String publisher) {
            long offset = state.head() + events.size() + 1;
            events.add(new Event(offset, time, draft.type(), draft.data(), draft.source(), draft.key(), publisher));
            return offset;
        }

        private void settle(Claim claim, long offset) {
            claim.ticket().settle(claim, new Receipt(offset, claim.isDuplicate(), claim.isSuperseded()));
            touched.add(claim.ticket());
        }

        Turn done(WriteId write) {
            List<Reply> replies = touched.stream()
                    .map(ticket -> new Reply(ticket.replyTo(), ticket.answer()))
                    .toList();
            return new Turn(write, events, replies, next(nowMillis));
        }

        private static long fingerprint(Draft draft) {
            return Fingerprint.of(draft.type(), draft.source(), draft.data());
        }
    }
}
