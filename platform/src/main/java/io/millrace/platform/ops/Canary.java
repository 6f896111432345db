package io.millrace.platform.ops;

import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.Feed;
import io.millrace.platform.relay.Listener;
import io.millrace.platform.relay.LiveList;
import io.millrace.platform.relay.Published;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Draft;
import io.millrace.protocol.EventType;
import io.millrace.protocol.JsonData;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Publishes an event and waits until it comes back by the way every event takes: relay, channel, journal, announcement,
 * live list. A node that has seen its own canary can do its work.
 */
public final class Canary {
    /** Kept short by its own family's retention. */
    private static final ChannelName CHANNEL = ChannelName.of("millrace.canary");

    private static final EventType TYPE = EventType.of("canary");

    private final Relays relays;

    public Canary(Relays relays) {
        this.relays = relays;
    }

    /** Ends with true once the canary was received, with false where that took longer than {@code patience}. */
    public CompletionStage<Boolean> fly(Duration patience) {
        String mark = '"' + UUID.randomUUID().toString() + '"';
        CompletableFuture<Boolean> seen = new CompletableFuture<>();
        Watch watch = new Watch(mark, seen);
        relays.join(CHANNEL, watch).thenAccept(feed -> {
            watch.begin(feed);
            seen.whenComplete((done, failure) -> feed.leave(watch));
            JsonData data = JsonData.trusted(mark.getBytes(StandardCharsets.UTF_8));
            relays.publish(CHANNEL, "millrace", List.of(new Draft(TYPE, data, null, null)))
                    .thenAccept(published -> {
                        if (published instanceof Published.Refused) {
                            seen.complete(false);
                        }
                    });
        });
        return seen.completeOnTimeout(false, patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static final class Watch implements Listener {
        private final String mark;
        private final CompletableFuture<Boolean> seen;
        private LiveList.@Nullable Node node;

        Watch(String mark, CompletableFuture<Boolean> seen) {
            this.mark = mark;
            this.seen = seen;
        }

        synchronized void begin(Feed feed) {
            node = feed.live().after(feed.live().head());
            wake();
        }

        @Override
        public void lost() {
            seen.complete(false);
        }

        @Override
        public synchronized void wake() {
            while (node != null) {
                LiveList.Node next = node.next();
                if (next == null) {
                    return;
                }
                EncodedEvent event = next.event();
                if (event != null && event.event().data().toString().equals(mark)) {
                    seen.complete(true);
                }
                node = next;
            }
        }
    }
}
