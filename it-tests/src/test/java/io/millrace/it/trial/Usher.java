package io.millrace.it.trial;

import io.millrace.it.trial.Account.Roll;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks one node after the other who is in the hall. */
final class Usher implements Runnable {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int RHYTHM_MILLIS = 400;
    private static final Pattern USER = Pattern.compile("\"userId\":\"([^\"]+)\"");

    private final Stage stage;
    private final Book book;
    private final Asker asker = new Asker();
    private final CountDownLatch stopped = new CountDownLatch(1);

    Usher(Stage stage, Book book) {
        this.stage = stage;
        this.book = book;
    }

    void stop() {
        stopped.countDown();
    }

    @Override
    public void run() {
        try {
            for (int turn = 0; !stopped.await(RHYTHM_MILLIS, TimeUnit.MILLISECONDS); turn++) {
                ask(turn % Schedule.NODES);
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask(int node) {
        int from = book.now();
        try {
            Asker.Answer answer =
                    asker.get(stage.member(node).door(), "/v1/channels/" + Guest.HALL + "/presence", PATIENCE);
            if (answer.status() == 200) {
                book.called(new Roll(node, from, book.now(), users(answer.body())));
            }
        } catch (IOException away) {
            // it will be asked again
        }
    }

    private static Set<String> users(String body) {
        Set<String> users = new TreeSet<>();
        for (Matcher found = USER.matcher(body); found.find(); ) {
            users.add(found.group(1));
        }
        return users;
    }
}
