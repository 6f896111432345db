package io.millrace.it.trial;

import io.millrace.it.Door;
import io.millrace.it.LiveClient;
import io.millrace.it.SseClient;
import io.millrace.it.WsClient;
import io.millrace.it.trial.Account.Ending;
import io.millrace.it.trial.Account.Manner;
import io.millrace.it.trial.Account.Stay;
import io.millrace.it.trial.Account.Trail;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A client that listens, in its manner, and comes back whenever its connection has ended, on any node, with nothing but the
 * cursor it was given last. In the end it reads until it stands at the heads.
 */
final class Reader implements Runnable {
    /** Two heartbeats and a half. */
    private static final int SILENCE_MILLIS = 40_000;

    enum Transport {
        SSE,
        WEBSOCKET,
        HISTORY
    }

    /** What a reader is. @param from where it begins the first time; empty for live */
    record Kind(Transport transport, Manner manner, List<String> channels, String from) {}

    private final String name;
    private final Kind kind;
    private final Stage stage;
    private final Book book;
    private final Asker asker;
    private final Random random;
    private final int home;
    private final Hearing hearing;
    private final CountDownLatch finishing = new CountDownLatch(1);
    private final List<LiveClient> abandoned = new ArrayList<>();
    private volatile Map<String, Long> heads = Map.of();
    private volatile long finishBy = Long.MAX_VALUE;
    private LiveClient client;

    Reader(String name, Kind kind, Stage stage, Book book, Asker asker, long seed) {
        this.name = name;
        this.kind = kind;
        this.stage = stage;
        this.book = book;
        this.asker = asker;
        this.random = new Random(seed ^ name.hashCode());
        this.home = random.nextInt(Schedule.NODES);
        this.hearing = new Hearing(kind, book);
    }

    /** From now on it only reads until it stands there. */
    void finish(Map<String, Long> at, int withinSeconds) {
        heads = at;
        finishBy = System.nanoTime() + TimeUnit.SECONDS.toNanos(withinSeconds);
        finishing.countDown();
    }

    List<Trail> trails() {
        return hearing.trails(name);
    }

    private boolean isFinishing() {
        return finishing.getCount() == 0;
    }

    private boolean isDone() {
        return System.nanoTime() > finishBy || (isFinishing() && hearing.reached(heads));
    }

    @Override
    public void run() {
        try {
            while (!isDone()) {
                stay();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            abandoned.forEach(left -> hangUp(left, false));
        }
    }

    /** One connection: getting in, listening, and the pause after it. */
    private void stay() throws InterruptedException {
        int asked = book.now();
        int tries = 0;
        int begun = -1;
        int node = home;
        Ending how = Ending.REFUSED;
        hearing.connects();
        while (!isDone() && begun < 0) {
            node = pick(tries++);
            how = Ending.REFUSED;
            try {
                connect(node);
                how = listen(node, asked, true);
                begun = hearing.begunAt();
                if (begun < 0) {
                    hangUp(client, false);
                    pause(100 + random.nextInt(300));
                }
            } catch (IOException refused) {
                begun = hearing.begunAt();
                how = Ending.BROKE;
                if (client != null) {
                    hangUp(client, false);
                }
                if (begun < 0) {
                    pause(100 + random.nextInt(300));
                }
            }
        }
        int ended = book.now();
        if (begun >= 0) {
            book.connected(-1);
        }
        book.stayed(new Stay(
                name, kind.manner(), node, asked, tries, begun, ended, isDone() ? Ending.OVER : how, hearing.told()));
        leave(how);
    }

    private int pick(int tries) {
        boolean faithful = kind.manner() == Manner.STEADY || kind.manner() == Manner.SLOW;
        return faithful ? (home + tries) % Schedule.NODES : random.nextInt(Schedule.NODES);
    }

    private void connect(int node) throws IOException {
        client = null;
        Door door = stage.member(node).door();
        List<String> channels = kind.channels();
        switch (kind.transport()) {
            case SSE ->
                client = SseClient.open(
                        door, channels, hearing.lastEventId(), kind.from(), kind.manner() == Manner.SLOW ? 4_096 : 0);
            case WEBSOCKET -> {
                WsClient socket = WsClient.open(door);
                client = socket;
                for (String channel : channels) {
                    String cursor = hearing.cursor(channel);
                    socket.subscribe(channel, cursor.isEmpty() ? kind.from() : cursor);
                }
            }
            case HISTORY -> client = new HistoryClient(asker, door, channels.get(0), hearing.cursor(channels.get(0)));
        }
    }

    /** Reads until the stream ends or the reader has enough of it. */
    private Ending listen(int node, int asked, boolean first) throws IOException, InterruptedException {
        long enough = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patience());
        long received = 0;
        long heardAt = System.nanoTime();
        boolean counted = false;
        try {
            while (!isDone()) {
                boolean slow = kind.manner() == Manner.SLOW && !isFinishing();
                long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(400);
                hearing.hear(client, client.read(slow ? 600 : 65_536, until), node);
                if (!counted && hearing.begunAt() >= 0) {
                    counted = true;
                    book.connected(1);
                }
                if (client.ended()) {
                    return Ending.CLOSED;
                }
                if (hearing.mustGo()) {
                    return Ending.CLOSED;
                }
                if (client.received() != received) {
                    received = client.received();
                    heardAt = System.nanoTime();
                } else if (System.nanoTime() - heardAt > TimeUnit.MILLISECONDS.toNanos(SILENCE_MILLIS)) {
                    return Ending.SILENT;
                }
                if (System.nanoTime() > enough && !isFinishing()) {
                    return Ending.LEFT;
                }
                if (slow) {
                    pause(250);
                }
            }
            return Ending.OVER;
        } finally {
            hearing.checkHeartbeats(client);
        }
    }

    /** How long it stays, in milliseconds. */
    private long patience() {
        return switch (kind.manner()) {
            case STEADY, SLOW -> Long.MAX_VALUE / 2_000_000;
            case RESTLESS -> 300 + random.nextInt(6_000);
            case AWAY -> 2_000 + random.nextInt(4_000);
            case VANISHING -> 3_000 + random.nextInt(8_000);
        };
    }

    /** Hangs up, or just goes; and stays away as its manner has it. */
    private void leave(Ending how) throws InterruptedException {
        if (client == null) {
            return;
        }
        if (how == Ending.LEFT && kind.manner() == Manner.VANISHING) {
            abandoned.add(client); // open and unread, as behind a lost network
            if (abandoned.size() > 3) {
                hangUp(abandoned.remove(0), true);
            }
            return;
        }
        hangUp(client, random.nextBoolean());
        if (how == Ending.LEFT && kind.manner() == Manner.AWAY) {
            pause(8_000 + random.nextInt(20_000));
        } else if (hearing.told() >= 0) {
            pause(hearing.told());
        } else if (how != Ending.OVER) {
            pause(50 + random.nextInt(250));
        }
    }

    private static void hangUp(LiveClient client, boolean abruptly) {
        try {
            client.cut(abruptly);
        } catch (IOException already) {
            // it is closed, which is what was wanted
        }
    }

    /** Ends early when the end has come. */
    private void pause(long millis) throws InterruptedException {
        if (!isFinishing()) {
            finishing.await(millis, TimeUnit.MILLISECONDS);
        } else {
            Thread.sleep(Math.min(millis, 300)); // before it asks the next node
        }
    }
}
