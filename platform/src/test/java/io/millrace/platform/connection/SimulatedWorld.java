package io.millrace.platform.connection;

import static io.millrace.platform.connection.SimulatedClient.check;
import static io.millrace.platform.fakes.Sample.CHANNEL;
import static io.millrace.platform.fakes.Sample.draft;

import io.millrace.platform.channel.Channel;
import io.millrace.platform.channel.SimulatedChannel;
import io.millrace.platform.channel.SimulatedChannel.Crash;
import io.millrace.platform.channel.SimulatedLog;
import io.millrace.platform.fakes.MemoryJournal;
import io.millrace.platform.relay.SimulatedRelay;
import io.millrace.protocol.Draft;
import io.millrace.protocol.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Three nodes with the real relay each, one channel of which there may be two incarnations, four clients, publishers, and
 * between them a network that drops, delays, reorders and doubles everything. Every choice is the seed's; one step is one
 * thing that happens somewhere.
 */
final class SimulatedWorld {
    /** What can be wrong on purpose, to show that it is found. */
    enum Planted {
        NOTHING,
        A_CLIENT_SKIPS,
        A_FENCE_THAT_LETS_TWO_WRITE
    }

    private static final int NODES = 3;
    private static final int CLIENTS = 4;

    private final Random random;
    private final MemoryJournal journal = new MemoryJournal();
    private final SimulatedLog log;
    private final List<SimulatedRelay> relays = new ArrayList<>();
    private final List<SimulatedChannel> incarnations = new ArrayList<>();
    private final List<Runnable> network = new ArrayList<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final Map<Long, Event> events = new HashMap<>();
    private final SimulatedPublishers publishers = new SimulatedPublishers();
    private boolean calm;
    private long nanos;
    private long wallMillis = 1_700_000_000_000L;

    SimulatedWorld(int seed, Planted planted) {
        this.random = new Random(seed);
        this.log = new SimulatedLog(journal, planted == Planted.A_FENCE_THAT_LETS_TWO_WRITE);
        incarnations.add(channel());
        for (int node = 0; node < NODES; node++) {
            relays.add(relay());
        }
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new SimulatedClient(random, events, planted == Planted.A_CLIENT_SKIPS));
        }
    }

    private SimulatedRelay relay() {
        return new SimulatedRelay(journal, 1 + random.nextInt(12), () -> nanos);
    }

    private SimulatedChannel channel() {
        return new SimulatedChannel(log, new SimulatedChannel.Network() {
            @Override
            public <T> void send(ActorRef<? super T> to, T message) {
                transmit(() -> to.tell(message));
            }
        });
    }

    long seen() {
        return clients.stream().mapToLong(SimulatedClient::seen).sum();
    }

    long resets() {
        return clients.stream().mapToLong(SimulatedClient::resets).sum();
    }

    List<Event> log() {
        return journal.events(CHANNEL);
    }

    void step() {
        nanos += random.nextInt(300) * 1_000_000L;
        wallMillis += random.nextInt(100) == 0 ? random.nextInt(7_200_000) - 3_600_000 : random.nextInt(400) - 20;
        int what = random.nextInt(100);
        int node = random.nextInt(NODES);
        SimulatedRelay relay = relays.get(node);
        if (what < 20) {
            publish(relay);
        } else if (what < 50) {
            deliver();
        } else if (what < 68) {
            relay.tick();
            if (relay.hasMail()) {
                relay.readMail();
            }
        } else if (what < 78) {
            readAllMail(relay);
        } else if (what < 81) {
            trouble(what, node);
        } else if (what < 83) {
            journal.isAway(!calm && random.nextInt(3) == 0);
        } else if (what < 84 && log.head() > 3) {
            newest().trim(Math.max(1, log.head() - 1 - random.nextInt(15)));
        } else {
            act(clients.get(random.nextInt(clients.size())), node);
        }
        takeWhatRelaysSay();
        checkLog();
    }

    private void publish(SimulatedRelay relay) {
        List<Draft> drafts = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            int n = publishers.number(random);
            String body = random.nextInt(12) == 0 ? "\"forged\"" : Integer.toString(n);
            drafts.add(draft(body, "k" + n));
        }
        publishers.asked(relay, drafts, relay.publish("ann", drafts));
    }

    private void trouble(int what, int node) {
        if (what == 78) {
            newest().recover();
        } else if (what == 79) {
            move();
        } else if (random.nextBoolean()) {
            relays.set(node, relay());
            clients.stream().filter(client -> client.isOn(node)).forEach(SimulatedClient::gone);
        } else {
            relays.get(node).fails();
            relays.set(node, relay());
        }
    }

    /** The shard moves: a new incarnation begins, while the old may not have heard that its time is over. */
    private void move() {
        if (incarnations.size() > 1) {
            incarnations.remove(0);
        }
        incarnations.add(channel());
    }

    private SimulatedChannel newest() {
        return incarnations.get(incarnations.size() - 1);
    }

    private void act(SimulatedClient client, int node) {
        if (!client.isConnected()) {
            client.connect(node, relays.get(node));
        } else if (random.nextInt(12) == 0) {
            client.cut();
        } else {
            client.read(random.nextInt(6));
        }
    }

    private static void readAllMail(SimulatedRelay relay) {
        while (relay.hasMail()) {
            relay.readMail();
        }
    }

    private void takeWhatRelaysSay() {
        for (SimulatedRelay relay : relays) {
            relay.says().forEach(command -> transmit(() -> atTheChannel(command)));
        }
    }

    private void atTheChannel(Channel.Command command) {
        int dice = calm ? 99 : random.nextInt(30);
        Crash crash = dice == 0 ? Crash.BEFORE_COMMIT : dice == 1 ? Crash.AFTER_COMMIT : Crash.NONE;
        SimulatedChannel to = incarnations.get(random.nextInt(incarnations.size()));
        to.hears(command, wallMillis, crash, random.nextInt(4) > 0);
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

    /** After the last fault: everything waiting goes its way, and everybody catches up. */
    void quiet() {
        calm = true;
        journal.isAway(false);
        while (incarnations.size() > 1) {
            incarnations.remove(0);
        }
        for (int i = 0; i < 400 && !isQuiet(); i++) {
            nanos += 500_000_000L;
            wallMillis += 500;
            relays.forEach(SimulatedRelay::tick);
            relays.forEach(SimulatedWorld::readAllMail);
            takeWhatRelaysSay();
            while (!network.isEmpty()) {
                deliver();
            }
            relays.forEach(SimulatedWorld::readAllMail);
            checkLog();
            for (int n = 0; n < CLIENTS; n++) {
                if (!clients.get(n).isConnected()) {
                    clients.get(n).connect(n % NODES, relays.get(n % NODES));
                }
                clients.get(n).read(10_000);
            }
        }
    }

    private boolean isQuiet() {
        return publishers.haveAllHeard(relays) && clients.stream().allMatch(client -> client.position() == log.head());
    }

    private void checkLog() {
        long last = 0;
        for (Event event : journal.events(CHANNEL)) {
            check(last == 0 || event.offset() == last + 1, "the log has a hole at " + event.offset());
            Event before = events.putIfAbsent(event.offset(), event);
            check(before == null || before.equals(event), "what stands at " + event.offset() + " has changed");
            last = event.offset();
        }
    }

    void checkTheEnd() {
        for (SimulatedClient client : clients) {
            check(
                    client.position() == log.head(),
                    "a client is left behind, the head is " + log.head() + ": " + client);
        }
        check(publishers.haveAllHeard(relays), "a publisher was never answered");
        long time = Long.MIN_VALUE;
        for (long offset = 1; offset <= log.head(); offset++) {
            Event event = events.get(offset);
            check(event != null, "nothing was ever seen at " + offset);
            check(event.time().toEpochMilli() >= time, "time goes back at " + offset);
            time = event.time().toEpochMilli();
        }
        publishers.checkTheEnd(events, log.head());
    }
}
