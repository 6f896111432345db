package io.millrace.platform.relay;

import io.millrace.persistence.WriteId;
import io.millrace.platform.channel.Answer;
import io.millrace.platform.relay.Gathering.Write;
import io.millrace.platform.relay.Relay.Publish;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Commanded;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Position;
import io.millrace.protocol.Receipt;
import io.millrace.protocol.Refusal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The way in: a relay's publishes on their way to the channel, and the answers back to those who wait. A write without an
 * answer is sent again, which is safe, since the channel knows it again; past its time its publishers are told that its
 * outcome is unknown. Used by the relay's actor alone.
 */
final class Writes {
    private static final Duration COME_BACK = Duration.ofSeconds(1);

    private final ChannelName channel;
    private final Cursor.Stamp stamp;
    private final Epoch epoch;
    private final RelaySettings.Timing timing;
    private final RelayMeters meters;
    private final Gathering gathering;
    private final LongSupplier nanos;
    private final int mostWaiting;
    private final Consumer<Write> send;
    /** Answered as far as events wait for their turn: another answer follows for each. */
    private final Map<WriteId, Write> waiting = new LinkedHashMap<>();

    private long sentNanos;

    Writes(
            ChannelName channel,
            Cursor.Stamp stamp,
            Relay.Surroundings around,
            LongSupplier nanos,
            Consumer<Write> send) {
        this.channel = channel;
        this.stamp = stamp;
        this.epoch = around.epoch();
        this.timing = around.settings().timing();
        this.meters = around.meters();
        this.gathering = new Gathering(around.settings().gather(), UUID.randomUUID());
        this.nanos = nanos;
        this.mostWaiting = around.settings().gather().events();
        this.send = send;
    }

    boolean isIdle() {
        return gathering.isIdle() && waiting.isEmpty();
    }

    void take(Publish publish) {
        if (waiting.size() < mostWaiting && gathering.offer(publish)) {
            sendNext();
        } else {
            meters.busy.increment();
            refuse(publish, Refusal.of(Code.CHANNEL_BUSY, Code.CHANNEL_BUSY.happened(), COME_BACK));
        }
    }

    void answered(Answer answer) {
        Write write = gathering.end(answer);
        if (write == null) {
            Write settled = waiting.get(answer.write());
            if (settled != null) { // else a second answer to a write that was sent twice
                complete(settled, answer);
            }
            return;
        }
        meters.commit.record(nanos.getAsLong() - write.begunNanos(), TimeUnit.NANOSECONDS);
        meters.writeEvents.record(
                write.publishes().stream().mapToInt(Publish::events).sum());
        complete(write, answer);
        sendNext();
    }

    private void complete(Write write, Answer answer) {
        boolean wholly = true;
        for (int i = 0; i < write.publishes().size(); i++) {
            Publish publish = write.publishes().get(i);
            Answer.Outcome outcome = answer.outcomes().get(i);
            wholly &= !(outcome instanceof Answer.Waits);
            if (!publish.outcome().isDone()) {
                complete(publish, outcome);
            }
        }
        if (wholly) {
            waiting.remove(write.id());
        } else {
            waiting.put(write.id(), write);
        }
    }

    /** Sends again what got no answer, and gives up what has waited too long. */
    void lookAfter(long now) {
        long deadline = now - timing.publishTimeout().toNanos();
        Refusal neverSent =
                Refusal.of(Code.CHANNEL_BUSY, "the channel did not answer in time; nothing was sent", COME_BACK);
        gathering.expire(deadline).forEach(publish -> refuse(publish, neverSent));
        List<Write> late = waiting.values().stream()
                .filter(each -> each.begunNanos() - deadline < 0)
                .toList();
        late.forEach(this::unconfirmed);
        Write write = gathering.underWay();
        if (write != null && write.begunNanos() - deadline < 0) {
            giveUp(write);
            sendNext();
        } else if (write != null && now - sentNanos > timing.resendAfter().toNanos()) {
            send(write);
        }
    }

    /** Answers everybody who waits, since nobody will look after them any more. */
    void abandon() {
        Write write = gathering.underWay();
        if (write != null) {
            giveUp(write);
        }
        List.copyOf(waiting.values()).forEach(this::unconfirmed);
        Refusal neverSent = Refusal.of(Code.CHANNEL_BUSY, "the relay failed; nothing was sent", COME_BACK);
        gathering.takeAll().forEach(publish -> refuse(publish, neverSent));
    }

    private void giveUp(Write write) {
        gathering.giveUp();
        unconfirmed(write);
    }

    private void unconfirmed(Write write) {
        waiting.remove(write.id());
        for (Publish publish : write.publishes()) {
            if (!publish.outcome().isDone()) {
                complete(publish, new Answer.Unconfirmed());
            }
        }
    }

    private void sendNext() {
        Write write = gathering.begin(nanos.getAsLong());
        if (write != null) {
            send(write);
        }
    }

    private void send(Write write) {
        sentNanos = nanos.getAsLong();
        send.accept(write);
    }

    private void complete(Publish publish, Answer.Outcome outcome) {
        if (outcome instanceof Answer.Accepted accepted) {
            List<Receipt> receipts =
                    accepted.receipts().stream().map(this::receipt).toList();
            meters.published.increment(receipts.size());
            meters.superseded.increment(
                    receipts.stream().filter(Receipt::superseded).count());
            publish.outcome().complete(new Published.Accepted(receipts));
        } else if (outcome instanceof Answer.Limited limited) {
            meters.channelLimited.increment();
            Duration wait = Duration.ofMillis(limited.retryAfterMillis());
            refuse(publish, Refusal.of(Code.RATE_LIMITED, "more is published to this channel than its rate", wait));
        } else if (outcome instanceof Answer.Unconfirmed) {
            meters.unconfirmed.increment();
            refuse(publish, Refusal.of(Code.PUBLISH_UNCONFIRMED, Code.PUBLISH_UNCONFIRMED.happened(), COME_BACK));
        } else if (outcome instanceof Answer.Conflicted conflicted) {
            String item = publish.drafts().size() == 1 ? "" : "event number " + conflicted.index() + ": ";
            refuse(
                    publish,
                    Refusal.of(
                            Code.IDEMPOTENCY_CONFLICT,
                            item + "its key was used for another body, at offset " + conflicted.offset()));
        } else if (outcome instanceof Answer.Done done && publish.order() != null) {
            meters.commands.increment();
            Position position = new Position(epoch, done.offset());
            publish.outcome()
                    .complete(new Published.Executed(new Commanded(
                            channel,
                            publish.order(),
                            position,
                            stamp.at(done.offset()),
                            done.events(),
                            done.duplicate(),
                            done.reply())));
        } else if (outcome instanceof Answer.Declined declined) {
            refuse(publish, Refusal.of(declined.code(), declined.detail()));
        }
    }

    private Receipt receipt(Answer.Receipt given) {
        Position position = new Position(epoch, given.offset());
        return new Receipt(stamp.at(given.offset()), channel, position, given.duplicate(), given.superseded());
    }

    private static void refuse(Publish publish, Refusal refusal) {
        publish.outcome().complete(new Published.Refused(refusal));
    }
}
