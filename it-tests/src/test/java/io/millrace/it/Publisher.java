package io.millrace.it;

import io.millrace.it.History.Attempt;
import io.millrace.it.History.Outcome;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Publishes {@code p.1}, {@code p.2} … one after the other, and writes down what came of each. */
final class Publisher {
    private final String name;
    private final String padding;
    private final Supplier<Door> door;
    private final List<Attempt> attempts = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong next = new AtomicLong();

    Publisher(String name, String padding, Supplier<Door> door) {
        this.name = name;
        this.padding = padding;
        this.door = door;
    }

    /** So far, in the order they were made. */
    List<Attempt> attempts() {
        synchronized (attempts) {
            return List.copyOf(attempts);
        }
    }

    /** A new value, with a key of its own if {@code keyed}. */
    Attempt publish(String channel, boolean keyed) {
        String value = name + "." + next.incrementAndGet();
        return send(channel, value, keyed ? "key-" + value : "");
    }

    /** The same again, by its key. */
    Attempt again(Attempt attempt) {
        return send(attempt.channel(), attempt.value(), attempt.key());
    }

    /** Publishes a new value and, by its key, goes on until it is acknowledged. */
    Attempt insist(String channel, long deadlineNanos) throws InterruptedException {
        Attempt attempt = publish(channel, true);
        while (attempt.outcome() != Outcome.OK && System.nanoTime() < deadlineNanos) {
            Thread.sleep(100); // the pause a publisher makes before it tries again
            attempt = again(attempt);
        }
        return attempt;
    }

    private Attempt send(String channel, String value, String key) {
        Attempt attempt = tried(channel, value, key);
        attempts.add(attempt);
        return attempt;
    }

    private Attempt tried(String channel, String value, String key) {
        String body = Load.body(channel, value, key, padding);
        try {
            Calls.Answer answer = Calls.publish(door.get(), channel, body);
            if (answer.status() == 201) {
                Members receipt = Members.of(answer.body());
                boolean duplicate = receipt.raw("duplicate").equals("true");
                return new Attempt(channel, value, key, Outcome.OK, receipt.number("offset"), duplicate);
            }
            // PROTOCOL.md: "503 publish-unconfirmed means stored or not ... Any other refusal means not stored."
            boolean unknown = answer.body().contains("publish-unconfirmed");
            return new Attempt(channel, value, key, unknown ? Outcome.UNKNOWN : Outcome.FAILED, 0, false);
        } catch (ConnectException notSent) {
            return new Attempt(channel, value, key, Outcome.FAILED, 0, false);
        } catch (IOException brokenOff) {
            return new Attempt(channel, value, key, Outcome.UNKNOWN, 0, false);
        }
    }
}
