package io.millrace.it.trial;

import io.millrace.it.Cluster;
import io.millrace.it.Door;
import io.millrace.it.Frame;
import io.millrace.it.SseClient;
import io.millrace.it.trial.Account.Visit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Somebody who comes to the hall and leaves it, over and over, on any node: the truth that presence must tell. */
final class Guest implements Runnable {
    /** A channel with presence. */
    static final String HALL = "hall:0";

    /** The first two are one user with two connections. */
    private static final List<String> USERS = List.of("guest0", "guest0", "guest1", "guest2", "guest3", "guest4");

    private final String user;
    private final Stage stage;
    private final Book book;
    private final Random random;
    private final String token;
    private final CountDownLatch stopped = new CountDownLatch(1);

    private Guest(String user, Stage stage, Book book, long seed) {
        this.user = user;
        this.stage = stage;
        this.book = book;
        this.random = new Random(seed);
        this.token = Cluster.token(user, HALL + ":subscribe");
    }

    static List<Guest> all(Stage stage, Book book, long seed) {
        List<Guest> guests = new ArrayList<>();
        for (String user : USERS) {
            guests.add(new Guest(user, stage, book, seed ^ 1_000 + guests.size()));
        }
        return guests;
    }

    void stop() {
        stopped.countDown();
    }

    @Override
    public void run() {
        try {
            do {
                visit();
            } while (!stopped.await(500 + random.nextInt(11_000), TimeUnit.MILLISECONDS));
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    private void visit() {
        int node = random.nextInt(Schedule.NODES);
        boolean abruptly = random.nextBoolean();
        long enough = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(3_000 + random.nextInt(15_000));
        int asked = book.now();
        int begun = -1;
        SseClient client = null;
        try {
            client = SseClient.open(new Door(stage.member(node).door().port(), token), List.of(HALL), "", "");
            while (!client.ended() && System.nanoTime() < enough && stopped.getCount() > 0) {
                for (Frame frame : client.read(65_536, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200))) {
                    begun = begun < 0 && frame.kind().equals("connected") ? book.now() : begun;
                }
            }
        } catch (IOException broken) {
            // the end of the visit, which is all that counts here
        }
        int until = book.now();
        if (client != null) {
            hangUp(client, abruptly);
        }
        book.visited(new Visit(user, node, asked, begun, until, book.now()));
    }

    private static void hangUp(SseClient client, boolean abruptly) {
        try {
            client.cut(abruptly);
        } catch (IOException already) {
            // it is closed, which is what was wanted
        }
    }
}
