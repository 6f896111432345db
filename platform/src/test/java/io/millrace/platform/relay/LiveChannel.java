package io.millrace.platform.relay;

import static io.millrace.platform.fakes.Sample.CHANNEL;
import static io.millrace.platform.fakes.Sample.EPOCH;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.fakes.MemoryJournal;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Event;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/** A channel as a reader on this node has it, without the relay's actor: the test plays the relay. */
public final class LiveChannel {
    private static final Cursor.Stamp STAMP = Cursor.stamp(CHANNEL, EPOCH);

    private final LiveList live;
    private final Feed feed;

    /** @param relay hears who leaves; may be a probe's */
    public LiveChannel(MemoryJournal journal, long head, int liveEvents, int pageEvents, ActorRef<?> relay) {
        live = new LiveList(head, liveEvents, Long.MAX_VALUE);
        Pages pages = new Pages(
                CHANNEL,
                journal,
                new RelaySettings.Pages(pageEvents, 1024 * 1024),
                LiveChannel::encode,
                new RelayMeters(new SimpleMeterRegistry()));
        feed = new Feed(CHANNEL, EPOCH, live, pages, relay.unsafeUpcast());
    }

    public Feed feed() {
        return feed;
    }

    /** What a relay does with an announcement: takes what comes next, and says whether everything was in line. */
    public boolean hears(List<Event> events) {
        for (Event event : events) {
            if (event.offset() == live.head() + 1) {
                live.append(encode(event));
            } else if (event.offset() > live.head() + 1) {
                return false;
            }
        }
        return true;
    }

    /** What a relay does where retention has overtaken its list. */
    public void restartAt(long head) {
        live.restartAt(head, false);
    }

    public static EncodedEvent encode(Event event) {
        return new EncodedEvent(CHANNEL, EPOCH, STAMP, event);
    }
}
