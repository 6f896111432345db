package io.millrace.platform.relay;

import io.millrace.persistence.Journal.Bounds;
import io.millrace.platform.family.Family;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Epoch;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;

/** One channel as a listener on this node has it: the live list, the pages before it, and where it stands. */
public final class Feed {
    private final ChannelName channel;
    private final Family family;
    private final Epoch epoch;
    private final LiveList live;
    private final Pages pages;
    private final ActorRef<Relay.Command> relay;

    Feed(ChannelName channel, Family family, Epoch epoch, LiveList live, Pages pages, ActorRef<Relay.Command> relay) {
        this.channel = channel;
        this.family = family;
        this.epoch = epoch;
        this.live = live;
        this.pages = pages;
        this.relay = relay;
    }

    public ChannelName channel() {
        return channel;
    }

    public Epoch epoch() {
        return epoch;
    }

    /** What the channel promises. */
    public Family family() {
        return family;
    }

    public LiveList live() {
        return live;
    }

    /** Events after {@code offset}, for a reader whose place the live list doesn't reach back to. */
    public CompletionStage<EncodedPage> pageAfter(long offset) {
        return pages.after(offset);
    }

    /** What the journal held a second ago or later. */
    public CompletionStage<Bounds> boundsLately() {
        return pages.boundsLately();
    }

    /** What the journal holds at this moment. */
    public CompletionStage<Bounds> boundsNow() {
        return pages.boundsNow();
    }

    /** The offset after which events are as new as {@code time} or newer. */
    public CompletionStage<Long> offsetBefore(Instant time) {
        return pages.offsetBefore(time);
    }

    /** Relay only. */
    void forgetWhatIsOld() {
        pages.forgetWhatIsOld();
    }

    /** The channel's state as it is now or later, from its one writer. */
    public CompletionStage<StateRead> state() {
        CompletableFuture<StateRead> answer = new CompletableFuture<>();
        relay.tell(new Relay.AskState(answer));
        return answer;
    }

    public void leave(Listener listener) {
        relay.tell(new Relay.Leave(listener));
    }
}
