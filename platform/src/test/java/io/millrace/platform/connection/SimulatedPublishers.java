package io.millrace.platform.connection;

import static io.millrace.platform.connection.SimulatedClient.check;

import io.millrace.platform.relay.Published;
import io.millrace.platform.relay.SimulatedRelay;
import io.millrace.protocol.Code;
import io.millrace.protocol.Draft;
import io.millrace.protocol.Event;
import io.millrace.protocol.Receipt;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** What publishers asked for and what they were told: each number has a key, some are asked for again, some with another body. */
final class SimulatedPublishers {
    private final List<Asked> asked = new ArrayList<>();
    private int numbers;

    private record Asked(SimulatedRelay relay, List<Draft> drafts, CompletableFuture<Published> told) {}

    /** A new number, or one of before. */
    int number(Random random) {
        return numbers > 0 && random.nextInt(4) == 0 ? random.nextInt(numbers) : numbers++;
    }

    void asked(SimulatedRelay relay, List<Draft> drafts, CompletableFuture<Published> told) {
        asked.add(new Asked(relay, drafts, told));
    }

    /** Those of relays that live; the others' publishers hear that the connection broke, which tells them nothing. */
    boolean haveAllHeard(Collection<SimulatedRelay> relays) {
        return asked.stream().filter(one -> relays.contains(one.relay())).allMatch(one -> one.told()
                .isDone());
    }

    /** Against all that was ever stored. */
    void checkTheEnd(Map<Long, Event> events, long head) {
        Map<String, Long> places = new HashMap<>();
        for (long offset = 1; offset <= head; offset++) {
            Event event = events.get(offset);
            Long before = places.put(event.key(), offset);
            check(before == null, event.key() + " stands at " + before + " and at " + offset);
        }
        Set<String> mayStand = new HashSet<>();
        Map<SimulatedRelay, Long> newest = new HashMap<>();
        for (Asked one : asked) {
            Published told = one.told().getNow(null);
            if (told instanceof Published.Accepted accepted) {
                accepted(one, accepted, events, newest);
            }
            boolean refused =
                    told instanceof Published.Refused no && no.refusal().code() != Code.PUBLISH_UNCONFIRMED;
            if (!refused) {
                one.drafts().forEach(draft -> mayStand.add(draft.key() + " " + draft.data()));
            }
        }
        for (long offset = 1; offset <= head; offset++) {
            Event event = events.get(offset);
            check(
                    mayStand.contains(event.key() + " " + event.data()),
                    event.key() + " was refused to all who asked and stands at " + offset);
        }
    }

    /** Acknowledged: it stands where the receipt says, and what was new came in the order it was asked for. */
    private static void accepted(
            Asked one, Published.Accepted accepted, Map<Long, Event> events, Map<SimulatedRelay, Long> newest) {
        for (int i = 0; i < one.drafts().size(); i++) {
            Draft draft = one.drafts().get(i);
            Receipt receipt = accepted.receipts().get(i);
            long offset = receipt.position().offset();
            Event stands = events.get(offset);
            check(stands != null, draft.key() + " was acknowledged at " + offset + " and is lost");
            check(
                    draft.key().equals(stands.key()) && draft.data().equals(stands.data()),
                    draft.key() + " was acknowledged at " + offset + ", where " + stands.key() + " stands");
            if (!receipt.duplicate()) {
                long before = newest.getOrDefault(one.relay(), 0L);
                check(
                        offset > before,
                        draft.key() + " stands at " + offset + ", what was asked before it at " + before);
                newest.put(one.relay(), offset);
            }
        }
    }
}
