package io.millrace.platform.connection;

import static io.millrace.platform.fakes.Sample.CHANNEL;
import static io.millrace.platform.fakes.Sample.EPOCH;
import static io.millrace.platform.fakes.Sample.draft;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.persistence.Journal.Bounds;
import io.millrace.platform.channel.Answer;
import io.millrace.platform.channel.SimulatedChannel;
import io.millrace.platform.channel.SimulatedChannel.Crash;
import io.millrace.platform.fakes.MemoryJournal;
import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.EncodedPage;
import io.millrace.platform.relay.SimulatedRelay;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Draft;
import io.millrace.protocol.Event;
import io.millrace.protocol.Position;
import io.millrace.protocol.ResetReason;
import io.millrace.protocol.Start;
import io.millrace.protocol.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Test;

/**
 * Three nodes, one channel, many clients, and a network that drops, delays, reorders and doubles everything; the channel
 * crashes and moves, retention deletes, nodes start anew, clients are cut off and come back elsewhere. What a client is
 * handed is checked at each step, what publishers were told at the end. One thread, one seed, one schedule.
 */
class NoClientEverSeesAHoleTest {
    private static final int SEEDS = 4000;
    private static final int STEPS = 250;

    @Test
    void noClientEverSeesAHoleAndNothingAcknowledgedIsLost() {
        long seen = 0;
        long resets = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            World world = new World(seed, false);
            run(world, seed);
            seen += world.seen;
            resets += world.resets;
        }
        assertThat(seen).as("the simulation did something").isGreaterThan(SEEDS * 20L);
        assertThat(resets).isGreaterThan(SEEDS / 10);
    }

    @Test
    void aClientThatSkipsAnEventIsCaught() {
        assertThatThrownBy(() -> {
                    for (int seed = 0; seed < 50; seed++) {
                        run(new World(seed, true), seed);
                    }
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching("seed \\d+: .*handed \\d+ after \\d+.*");
    }

    @Test
    void theSameSeedGivesTheSameSchedule() {
        World one = new World(42, false);
        World two = new World(42, false);
        run(one, 42);
        run(two, 42);
        assertThat(one.journal.events(CHANNEL)).isEqualTo(two.journal.events(CHANNEL));
        assertThat(one.seen).isEqualTo(two.seen);
    }

    private static void run(World world, int seed) {
        try {
            for (int step = 0; step < STEPS; step++) {
                world.step();
            }
            world.quiet();
            world.checkTheEnd();
        } catch (AssertionError | RuntimeException broken) {
            throw new AssertionError("seed " + seed + ": " + broken, broken);
        }
    }

    private static final class World {
        private static final ActorRef<Object> NOBODY =
                TestInbox.<Object>create().getRef();

        private final Random random;
        private final boolean planted;
        private final MemoryJournal journal = new MemoryJournal();
        private final SimulatedChannel channel = new SimulatedChannel(journal);
        private final List<SimulatedRelay> relays = new ArrayList<>();
        private final List<Runnable> network = new ArrayList<>();
        private final List<Client> clients = new ArrayList<>();
        private final Map<Long, Event> log = new HashMap<>();
        private final Map<String, String> acknowledged = new HashMap<>();
        private final Set<String> refused = new HashSet<>();
        private boolean calm;
        private long writers;
        private long now;
        private int published;
        private long seen;
        private long resets;

        World(int seed, boolean planted) {
            this.random = new Random(seed);
            this.planted = planted;
            for (int node = 0; node < 3; node++) {
                relays.add(relay());
            }
            for (int i = 0; i < 4; i++) {
                clients.add(new Client());
            }
        }

        private SimulatedRelay relay() {
            return new SimulatedRelay(journal, 1 + random.nextInt(12), ++writers, NOBODY);
        }

        void step() {
            now += random.nextInt(20) - 2; // clocks jump back as well
            int what = random.nextInt(100);
            int node = random.nextInt(3);
            if (what < 22) {
                publish(relays.get(node));
            } else if (what < 40) {
                send(node);
            } else if (what < 62) {
                deliver();
            } else if (what < 70) {
                lease(node);
            } else if (what < 76) {
                relays.get(node).repairs();
            } else if (what < 78) {
                channel.recover();
            } else if (what < 79) {
                relays.set(node, relay());
                clients.stream().filter(client -> client.node == node).forEach(Client::cut);
            } else if (what < 80) {
                relays.get(node).givesUp();
            } else if (what < 81 && channel.head() > 3) {
                channel.trim(Math.max(1, channel.head() - 1 - random.nextInt(15)));
            } else {
                clients.get(random.nextInt(clients.size())).act();
            }
            checkLog();
        }

        private void publish(SimulatedRelay relay) {
            List<Draft> drafts = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(3); i++) {
                boolean again = published > 0 && random.nextInt(4) == 0;
                int n = again ? random.nextInt(published) : published++;
                String body = random.nextInt(12) == 0 ? "\"forged\"" : Integer.toString(n);
                drafts.add(draft(body, "k" + n));
            }
            relay.publish("ann", drafts);
        }

        /** A write goes out, perhaps twice, perhaps for the second time. */
        private void send(int node) {
            SimulatedRelay relay = relays.get(node);
            SimulatedRelay.Sent sent = relay.send();
            if (sent != null) {
                transmit(() -> atTheChannel(relay, sent));
            }
        }

        private void atTheChannel(SimulatedRelay relay, SimulatedRelay.Sent sent) {
            int dice = calm ? 99 : random.nextInt(30);
            Crash crash = dice == 0 ? Crash.BEFORE_COMMIT : dice == 1 ? Crash.AFTER_COMMIT : Crash.NONE;
            SimulatedChannel.Outcome outcome = channel.publish(sent.id(), sent.requests(), now, crash);
            Answer answer = outcome.answer();
            if (answer != null) {
                transmit(() -> relay.hears(answer).forEach(this::told));
            }
            if (!outcome.announced().isEmpty()) {
                for (int node = 0; node < 3; node++) {
                    int to = node;
                    transmit(() -> relays.get(to).hearsEvents(outcome.announced()));
                }
            }
        }

        private void told(SimulatedRelay.Told told) {
            if (told.outcome() instanceof Answer.Accepted accepted) {
                for (int i = 0; i < told.drafts().size(); i++) {
                    Draft draft = told.drafts().get(i);
                    long offset = accepted.receipts().get(i).offset();
                    String place = offset + " " + draft.data();
                    String before = acknowledged.put(draft.key(), place);
                    check(
                            before == null || before.equals(place),
                            "key " + draft.key() + " stands at " + before + " and at " + place);
                }
            } else {
                told.drafts().forEach(draft -> refused.add(draft.key() + draft.data()));
            }
        }

        private void transmit(Runnable message) {
            int copies = calm ? 1 : random.nextInt(10) < 2 ? 0 : random.nextInt(10) < 2 ? 2 : 1;
            for (int i = 0; i < copies; i++) {
                network.add(message);
            }
        }

        private void deliver() {
            if (!network.isEmpty()) {
                network.remove(calm ? 0 : random.nextInt(network.size())).run();
            }
        }

        private void lease(int node) {
            long head = channel.head();
            transmit(() -> relays.get(node).hearsHead(head));
        }

        /** After the last fault: everything waiting goes its way, and everybody catches up. */
        void quiet() {
            calm = true;
            for (int i = 0; i < 400 && !isQuiet(); i++) {
                for (int node = 0; node < 3; node++) {
                    send(node);
                    lease(node);
                    relays.get(node).repairs();
                }
                while (!network.isEmpty()) {
                    deliver();
                }
                checkLog();
                clients.forEach(Client::read);
            }
        }

        private boolean isQuiet() {
            return relays.stream().allMatch(SimulatedRelay::isIdle)
                    && clients.stream().allMatch(client -> client.position == channel.head());
        }

        private void checkLog() {
            long last = 0;
            for (Event event : journal.events(CHANNEL)) {
                check(last == 0 || event.offset() == last + 1, "the log has a hole at " + event.offset());
                Event before = log.putIfAbsent(event.offset(), event);
                check(before == null || before.equals(event), "what stands at " + event.offset() + " has changed");
                last = event.offset();
            }
        }

        void checkTheEnd() {
            check(isQuiet(), "not everybody has caught up");
            Map<String, Long> places = new HashMap<>();
            long time = Long.MIN_VALUE;
            for (long offset = 1; offset <= channel.head(); offset++) {
                Event event = log.get(offset);
                check(event != null, "nothing was ever seen at " + offset);
                check(event.time().toEpochMilli() >= time, "time goes back at " + offset);
                time = event.time().toEpochMilli();
                Long before = places.put(event.key(), offset);
                check(before == null, event.key() + " stands at " + before + " and at " + offset);
            }
            acknowledged.forEach((key, place) -> {
                Long stands = places.get(key);
                check(stands != null, key + " was acknowledged and is lost");
                check(
                        place.equals(stands + " " + log.get(stands).data()),
                        key + " was acknowledged at " + place + " and stands at " + stands);
            });
        }

        private static void check(boolean holds, String otherwise) {
            if (!holds) {
                throw new AssertionError(otherwise);
            }
        }

        /** A client with the real track and beginning; its cursor is all that it keeps between connections. */
        private final class Client {
            private int node;
            private Track track;
            private String cursor;
            private long position;

            void act() {
                if (track == null) {
                    connect();
                } else if (random.nextInt(12) == 0) {
                    cut();
                } else {
                    read();
                }
            }

            void cut() {
                track = null;
            }

            private void connect() {
                node = random.nextInt(3);
                Beginning begun = Beginning.find(
                                relays.get(node).feed(), new Want(CHANNEL, cursor, new Start.Earliest()))
                        .toCompletableFuture()
                        .join();
                if (begun.reset() != null) {
                    resets++;
                    ResetReason reason = begun.reset().reason();
                    check(reason == ResetReason.RETENTION, "a true cursor was answered by " + reason);
                    check(begun.position() > position, "a reset goes back, from " + position);
                } else {
                    check(
                            cursor == null || begun.position() == position,
                            "resumed at " + begun.position() + " instead of " + position);
                }
                stand(begun.position());
                track = new Track(begun.feed(), position, View.PLAIN);
            }

            void read() {
                if (track == null) {
                    connect();
                }
                for (int i = calm ? 10_000 : random.nextInt(6); i >= 0; i--) {
                    EncodedEvent event = track.next();
                    if (event == null) {
                        break;
                    }
                    if (planted && random.nextInt(40) == 0) {
                        continue;
                    }
                    check(event.offset() == position + 1, "handed " + event.offset() + " after " + position);
                    check(event.event().equals(log.get(event.offset())), "another event at " + event.offset());
                    seen++;
                    stand(event.offset());
                }
                if (track.needsPage()) {
                    page();
                }
            }

            private void page() {
                track.readingBegins();
                EncodedPage page = track.feed()
                        .pageAfter(track.position())
                        .toCompletableFuture()
                        .join();
                if (!track.readingEnded(page)) {
                    Bounds bounds = page.bounds();
                    if (bounds.availableFrom() > position + 1) {
                        resets++;
                        track.skipTo(bounds.availableFrom() - 1, false);
                        stand(bounds.availableFrom() - 1);
                    }
                }
            }

            private void stand(long at) {
                position = at;
                cursor = Cursor.of(CHANNEL, new Position(EPOCH, at));
            }
        }
    }
}
