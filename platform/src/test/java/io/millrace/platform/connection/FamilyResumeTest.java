package io.millrace.platform.connection;

import static io.millrace.platform.fakes.Sample.EPOCH;
import static io.millrace.platform.fakes.Sample.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.persistence.FamilyLog.Entry;
import io.millrace.platform.fakes.MemoryFamilyLog;
import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.LiveFamily;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.CommitPosition;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Event;
import io.millrace.protocol.FamilyCursor;
import io.millrace.protocol.ResetReason;
import io.millrace.protocol.View;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Many channels of one family, three nodes that read at their own pace, transactions that end in any order, and clients
 * that are cut off again and again and come back with the last id they heard, to any node. Each must hear everything once
 * and in the one order; where retention was faster, it must be told.
 */
class FamilyResumeTest {
    private static final int SEEDS = 1500;
    private static final int STEPS = 300;
    private static final String FAMILY = "jobs";

    @Test
    void whoeverComesBackMissesNothingAndHearsNothingTwice() {
        long heard = 0;
        long cuts = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            World world = new World(seed, 0, false);
            world.run();
            heard += world.heard();
            cuts += world.cuts;
        }
        assertThat(heard).isGreaterThan(SEEDS * 100L);
        assertThat(cuts).as("cuts").isGreaterThan(SEEDS * 10L);
    }

    @Test
    void whatRetentionTookIsTold() {
        long resets = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            World world = new World(seed, 0, true);
            world.run();
            resets += world.resets;
        }
        assertThat(resets).isGreaterThan(SEEDS / 4);
    }

    /** The proof that the check above can fail: one event too far or too short is seen at once. */
    @Test
    void aCursorThatIsOffByOneIsCaught() {
        for (int shift : new int[] {-1, 1}) {
            assertThatThrownBy(() -> {
                        for (int seed = 0; seed < 20; seed++) {
                            new World(seed, shift, false).run();
                        }
                    })
                    .as("shift by " + shift)
                    .isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void whatIsNoPlaceInThisFamilyIsReset() {
        MemoryFamilyLog log = new MemoryFamilyLog();
        LiveFamily live = new LiveFamily(log, FAMILY, 10, 100);
        String foreign = FamilyCursor.of(EPOCH, "others", CommitPosition.afterRow(200, 1))
                .text();
        String otherEpoch = FamilyCursor.of(new Epoch("zzzz7777"), FAMILY, CommitPosition.afterRow(200, 1))
                .text();
        assertThat(reason(live, foreign)).isEqualTo(ResetReason.FOREIGN);
        assertThat(reason(live, otherEpoch)).isEqualTo(ResetReason.EPOCH);
        assertThat(reason(live, foreign.substring(0, 20))).isEqualTo(ResetReason.MALFORMED);
        assertThat(reason(live, "abcd2345.3.6j_UOyHFw")).isEqualTo(ResetReason.MALFORMED);
    }

    private static ResetReason reason(LiveFamily live, String cursor) {
        return FamilyBeginning.find(live.feed(), cursor, false)
                .toCompletableFuture()
                .join()
                .reset()
                .reason();
    }

    private static final class World {
        private final Random random;
        private final int seed;
        private final int shift;
        private final boolean retention;
        private final MemoryFamilyLog log = new MemoryFamilyLog();
        private final List<LiveFamily> nodes = new ArrayList<>();
        private final List<MemoryFamilyLog.Transaction> open = new ArrayList<>();
        private final Map<ChannelName, Long> heads = new HashMap<>();
        private final List<Client> clients = new ArrayList<>();
        private long cuts;
        private long resets;

        World(int seed, int shift, boolean retention) {
            this.random = new Random(seed);
            this.seed = seed;
            this.shift = shift;
            this.retention = retention;
            for (int i = 0; i < 3; i++) {
                nodes.add(node());
            }
            for (int i = 0; i < 3; i++) {
                clients.add(new Client());
            }
        }

        private LiveFamily node() {
            return new LiveFamily(log, FAMILY, 1 + random.nextInt(12), 10 + random.nextInt(100));
        }

        long heard() {
            return clients.stream().mapToLong(client -> client.heard.size()).sum();
        }

        void run() {
            try {
                for (int step = 0; step < STEPS; step++) {
                    step();
                }
                while (!open.isEmpty()) {
                    open.remove(0).commit();
                }
                for (Client client : clients) {
                    client.catchUp();
                    client.check(log.all());
                }
            } catch (AssertionError | RuntimeException broken) {
                throw new AssertionError("seed " + seed + ": " + broken, broken);
            }
        }

        private void step() {
            int what = random.nextInt(100);
            if (what < 20) {
                MemoryFamilyLog.Transaction transaction = log.begin();
                for (int n = random.nextInt(3); n >= 0; n--) {
                    write(transaction);
                }
                open.add(transaction);
            } else if (what < 40 && !open.isEmpty()) {
                open.remove(random.nextInt(open.size())).commit();
            } else if (what < 42 && !open.isEmpty()) {
                open.remove(random.nextInt(open.size())).rollback();
            } else if (what < 60) {
                nodes.get(random.nextInt(3)).look(10 + random.nextInt(100));
            } else if (what < 61) {
                int gone = random.nextInt(3);
                nodes.set(gone, node());
                clients.stream().filter(client -> client.node == gone).forEach(Client::cut);
            } else if (what < 64 && retention) {
                log.giveUp(random.nextInt(4));
            } else {
                clients.get(random.nextInt(clients.size())).act();
            }
        }

        private void write(MemoryFamilyLog.Transaction transaction) {
            ChannelName channel = ChannelName.of(FAMILY + ":" + random.nextInt(8));
            List<Event> events = new ArrayList<>();
            for (int n = random.nextInt(4); n >= 0; n--) {
                events.add(event(heads.merge(channel, 1L, Long::sum)));
            }
            transaction.write(channel, events);
        }

        private final class Client {
            private final List<String> heard = new ArrayList<>();
            private int node;
            private FamilyTrack track;
            private String cursor;
            private boolean wasReset;

            void act() {
                if (track == null) {
                    connect();
                } else if (random.nextInt(8) == 0) {
                    cut();
                } else {
                    read(random.nextInt(6));
                }
            }

            void cut() {
                cuts += track == null ? 0 : 1;
                track = null;
            }

            private void connect() {
                node = random.nextInt(3);
                FamilyBeginning begun = FamilyBeginning.find(nodes.get(node).feed(), shifted(cursor), true)
                        .toCompletableFuture()
                        .join();
                if (begun.reset() != null) {
                    assertThat(begun.reset().reason()).isEqualTo(ResetReason.RETENTION);
                    assertThat(retention).as("a reset without retention").isTrue();
                    begunAnew(begun.feed().cursor(begun.position()));
                } else if (cursor == null) {
                    wasReset = wasReset || retention;
                }
                cursor = begun.feed().cursor(begun.position());
                track = new FamilyTrack(begun.feed(), begun.position(), View.PLAIN, Duration.ZERO, channel -> true);
            }

            private void begunAnew(String at) {
                resets++;
                wasReset = true;
                cursor = at;
            }

            /** The planted fault: comes back with the place of the event before or after. */
            private String shifted(String id) {
                if (id == null || shift == 0) {
                    return id;
                }
                List<Entry> all = log.all();
                for (int i = 0; i < all.size(); i++) {
                    String text = FamilyCursor.of(EPOCH, FAMILY, all.get(i).position())
                            .text();
                    if (text.equals(id) && i + shift >= 0 && i + shift < all.size()) {
                        return FamilyCursor.of(EPOCH, FAMILY, all.get(i + shift).position())
                                .text();
                    }
                }
                return id;
            }

            void read(int most) {
                for (int n = 0; n < most; n++) {
                    EncodedEvent event = track.next();
                    if (event == null && track.needsPage()) {
                        track.readingBegins();
                        boolean goesOn = track.readingEnded(track.feed()
                                .pageAfter(track.position())
                                .toCompletableFuture()
                                .join());
                        if (!goesOn) {
                            CommitPosition oldest = track.feed()
                                    .pageAfter(track.position())
                                    .toCompletableFuture()
                                    .join()
                                    .oldest();
                            track.skipTo(oldest);
                            begunAnew(track.cursor());
                        }
                    } else if (event != null) {
                        heard.add(event.toString());
                        cursor = event.id();
                        assertThat(cursor).isEqualTo(track.cursor());
                    }
                }
            }

            void catchUp() {
                if (track == null) {
                    connect();
                }
                for (int i = 0; i < 50; i++) {
                    nodes.get(node).look(1000);
                    read(20);
                }
            }

            void check(List<Entry> all) {
                List<String> expected = all.stream()
                        .map(entry -> entry.channel() + "@" + entry.event().offset() + " "
                                + entry.event().type())
                        .toList();
                if (!retention) {
                    assertThat(heard).isEqualTo(expected);
                    return;
                }
                assertThat(heard).doesNotHaveDuplicates();
                assertThat(expected).isNotNull();
                int kept = heard.size() - expected.size();
                assertThat(kept).isGreaterThanOrEqualTo(0);
                assertThat(heard.subList(kept, heard.size())).isEqualTo(expected);
            }
        }
    }
}
