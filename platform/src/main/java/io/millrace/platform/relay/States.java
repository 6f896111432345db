package io.millrace.platform.relay;

import io.millrace.platform.channel.Channel.StateIs;
import io.millrace.protocol.Code;
import io.millrace.protocol.JsonData;
import io.millrace.protocol.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/**
 * A relay's questions for its channel's state: one is under way for everybody who waited when it was asked, so that a
 * storm of clients asks a few times. Who comes later waits for the next, and so never hears of a state from before it
 * asked. Used by the relay's actor alone.
 */
final class States {
    private static final Duration COME_BACK = Duration.ofSeconds(1);

    private final RelaySettings.Timing timing;
    private final LongConsumer ask;
    private final List<CompletableFuture<StateRead>> asking = new ArrayList<>();
    private final List<CompletableFuture<StateRead>> next = new ArrayList<>();
    private long question;
    private long begunNanos;
    private long askedNanos;

    States(RelaySettings.Timing timing, LongConsumer ask) {
        this.timing = timing;
        this.ask = ask;
    }

    boolean isIdle() {
        return asking.isEmpty();
    }

    void ask(CompletableFuture<StateRead> answer) {
        next.add(answer);
        if (asking.isEmpty()) {
            askNext();
        }
    }

    void answered(StateIs state) {
        if (state.question() != question || asking.isEmpty()) {
            return; // a second answer to a question that was asked twice
        }
        JsonData data = state.data();
        if (data != null) {
            complete(new StateRead.At(state.offset(), data));
        } else if (state.declined() != null) {
            complete(new StateRead.Refused(
                    Refusal.of(state.declined().code(), state.declined().detail())));
        }
    }

    /** Asks again what got no answer, and gives up what has waited too long. */
    void lookAfter(long now) {
        if (asking.isEmpty()) {
            return;
        }
        if (now - begunNanos > timing.publishTimeout().toNanos()) {
            complete(unavailable("the channel did not answer in time"));
        } else if (now - askedNanos > timing.resendAfter().toNanos()) {
            askedNanos = now;
            ask.accept(question);
        }
    }

    /** Answers everybody who waits, since nobody will look after them any more. */
    void abandon() {
        StateRead failed = unavailable("the relay failed");
        asking.forEach(answer -> answer.complete(failed));
        next.forEach(answer -> answer.complete(failed));
    }

    private void complete(StateRead state) {
        asking.forEach(answer -> answer.complete(state));
        asking.clear();
        if (!next.isEmpty()) {
            askNext();
        }
    }

    private void askNext() {
        asking.addAll(next);
        next.clear();
        question++;
        begunNanos = System.nanoTime();
        askedNanos = begunNanos;
        ask.accept(question);
    }

    private static StateRead unavailable(String detail) {
        return new StateRead.Refused(Refusal.of(Code.CHANNEL_UNAVAILABLE, detail, COME_BACK));
    }
}
