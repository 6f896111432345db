package io.millrace.platform.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.millrace.platform.connection.SimulatedWorld.Planted;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Three nodes, one channel, many clients, and a network that drops, delays, reorders and doubles everything; the channel
 * crashes, moves and is there twice, the journal goes away, retention deletes, nodes start anew, clocks jump by an hour,
 * clients are cut off and come back elsewhere. What a client is handed is checked at each step, what publishers were told at
 * the end. One thread, one seed, one schedule.
 */
class NoClientEverSeesAHoleTest {
    private static final int SEEDS = Integer.getInteger("millrace.seeds", 2000);
    private static final int FIRST = Integer.getInteger("millrace.seed", 0);
    private static final int STEPS = 250;

    private static final Logger RELAY = (Logger) LoggerFactory.getLogger("io.millrace.platform.relay.Relay");
    private static final Logger CELL = (Logger) LoggerFactory.getLogger("org.apache.pekko.actor.ActorCell");

    /** The journal is away thousands of times, which a relay warns of each time. */
    @BeforeAll
    static void hush() {
        RELAY.setLevel(Level.OFF);
        CELL.setLevel(Level.OFF);
    }

    @AfterAll
    static void speak() {
        RELAY.setLevel(null);
        CELL.setLevel(null);
    }

    @Test
    void noClientEverSeesAHoleAndNothingAcknowledgedIsLost() {
        long seen = 0;
        long resets = 0;
        for (int seed = FIRST; seed < FIRST + SEEDS; seed++) {
            SimulatedWorld world = new SimulatedWorld(seed, Planted.NOTHING);
            run(world, seed);
            seen += world.seen();
            resets += world.resets();
        }
        assertThat(seen).as("the simulation did something").isGreaterThan(SEEDS * 20L);
        assertThat(resets).isGreaterThan(SEEDS / 10);
    }

    @Test
    void aClientThatSkipsAnEventIsCaught() {
        assertThatThrownBy(() -> runSome(Planted.A_CLIENT_SKIPS))
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching("seed \\d+: .*handed \\d+ after \\d+.*");
    }

    @Test
    void aDatabaseThatLetsTwoWritersCommitIsCaught() {
        assertThatThrownBy(() -> runSome(Planted.A_FENCE_THAT_LETS_TWO_WRITE))
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching("seed \\d+: .*");
    }

    @Test
    void theSameSeedGivesTheSameSchedule() {
        SimulatedWorld one = new SimulatedWorld(42, Planted.NOTHING);
        SimulatedWorld two = new SimulatedWorld(42, Planted.NOTHING);
        run(one, 42);
        run(two, 42);
        assertThat(one.log()).isNotEmpty().isEqualTo(two.log());
        assertThat(one.seen()).isEqualTo(two.seen());
    }

    private static void runSome(Planted planted) {
        for (int seed = 0; seed < 200; seed++) {
            run(new SimulatedWorld(seed, planted), seed);
        }
    }

    private static void run(SimulatedWorld world, int seed) {
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
}
