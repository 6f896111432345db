package io.millrace.platform.connection;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.access.Login;
import io.millrace.protocol.Code;
import io.millrace.protocol.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Opens channels to operators, who see everything that goes through: each event whole, with publisher and key and nothing
 * hidden, and how many follow. A tap reads as a client does, with a pointer into what is there anyway, so it slows nobody;
 * it is no subscriber, isn't counted as one and is present nowhere.
 */
public final class Taps {
    private static final int MOST = 32;
    private static final Duration COME_BACK = Duration.ofSeconds(10);

    private final ActorSystem<?> system;
    private final Connections connections;
    private final Directory directory;
    private final Delivery.Sources sources;
    private final AtomicInteger open;

    public Taps(ActorSystem<?> system, Connections connections, Directory directory, MeterRegistry registry) {
        this.system = system;
        this.connections = connections;
        this.directory = directory;
        this.open = registry.gauge("millrace.taps.open", new AtomicInteger());
        Surroundings around = connections.around();
        this.sources = new Delivery.Sources(
                around.relays(),
                around.feeds(),
                around.families().unveiled(),
                around.access(),
                around.clock(),
                // what operators are shown is no delivery
                new ConnectionMeters(new SimpleMeterRegistry()));
    }

    /**
     * An event stream, to be run once.
     *
     * @param family a whole family, and then no channels
     * @throws NotAdmitted where this node has as many taps as it carries
     */
    public Source<ByteString, NotUsed> open(Login operator, List<Want> wants, @Nullable FamilyWant family) {
        if (open.get() >= MOST) {
            throw new NotAdmitted(Refusal.of(Code.TOO_MANY_CONNECTIONS, "a node carries " + MOST + " taps", COME_BACK));
        }
        Surroundings around = connections.around();
        Wire wire = Manner.OURS.wire(Transport.SSE);
        FirstWords words = new FirstWords(
                wire,
                connections.mintId(),
                operator,
                around.epoch(),
                wire.silence(around.settings().heartbeat()),
                null);
        Tap tap = new Tap(this, operator, wants, family, words);
        return Source.fromGraph(new Delivery(wire, Form.TAPPED, sources, around.settings(), tap));
    }

    ActorSystem<?> system() {
        return system;
    }

    Directory directory() {
        return directory;
    }

    /** Why a tap may not go on; null where it may. */
    @Nullable
    Code mayNotGoOn(Login operator) {
        if (connections.isLeaving()) {
            return Code.GOING_AWAY;
        }
        Surroundings around = connections.around();
        boolean admin = around.access().isAdmin(operator, around.clock().instant());
        return admin ? null : operator.expired(around.clock().instant()) ? Code.TOKEN_EXPIRED : Code.REVOKED;
    }

    void opened() {
        open.incrementAndGet();
    }

    void closed() {
        open.decrementAndGet();
    }
}
