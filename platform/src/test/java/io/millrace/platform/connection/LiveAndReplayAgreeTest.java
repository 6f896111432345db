package io.millrace.platform.connection;

import static io.millrace.platform.fakes.Sample.CHANNEL;
import static io.millrace.platform.fakes.Sample.START;
import static io.millrace.platform.fakes.Sample.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.platform.access.Login;
import io.millrace.platform.fakes.MemoryJournal;
import io.millrace.platform.fakes.Sample;
import io.millrace.platform.family.Family;
import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.EncodedPage;
import io.millrace.platform.relay.LiveChannel;
import io.millrace.protocol.Event;
import io.millrace.protocol.EventType;
import io.millrace.protocol.Filter;
import io.millrace.protocol.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.Test;

/**
 * One log, many subscribers with filters and logins of all sorts: who listened all the time, who reads it all from the
 * journal, who is cut off again and again and who asks for history are told the same.
 */
class LiveAndReplayAgreeTest {
    private static final int SEEDS = 3000;
    private static final int EVENTS = 60;

    @Test
    void everyWayToHearTellsTheSame() {
        long told = 0;
        long passedOver = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            View view = view(random);
            List<String> expected = new ArrayList<>();
            List<Event> log = log(random);
            for (Event event : log) {
                EncodedEvent seen = LiveChannel.encode(event).seenThrough(view);
                if (seen != null) {
                    expected.add(text(seen));
                }
            }
            told += expected.size();
            passedOver += EVENTS - expected.size();
            assertThat(live(random, view, log)).as("live, seed " + seed).isEqualTo(expected);
            assertThat(cutOff(random, view, log)).as("cut off, seed " + seed).isEqualTo(expected);
            assertThat(expected).as("nothing hidden shows, seed " + seed).noneMatch(event -> hides(view, event));
        }
        assertThat(told).isGreaterThan(SEEDS * 5L);
        assertThat(passedOver).isGreaterThan(SEEDS * 5L);
    }

    /** Listens from the beginning, now and then too slowly for the list. */
    private static List<String> live(Random random, View view, List<Event> log) {
        MemoryJournal journal = new MemoryJournal();
        LiveChannel channel = channel(journal, 0, random);
        Track track = new Track(channel.feed(), 0, view);
        List<String> heard = new ArrayList<>();
        for (Event event : log) {
            journal.append(CHANNEL, List.of(event));
            channel.hears(List.of(event));
            if (random.nextInt(3) == 0) {
                hear(track, heard, Integer.MAX_VALUE);
            }
        }
        hear(track, heard, Integer.MAX_VALUE);
        assertThat(track.position()).isEqualTo(EVENTS);
        return heard;
    }

    /** Comes back again and again with the position it knows, to a node that may know nothing of the channel yet. */
    private static List<String> cutOff(Random random, View view, List<Event> log) {
        MemoryJournal journal = new MemoryJournal();
        List<String> heard = new ArrayList<>();
        journal.append(CHANNEL, log);
        long position = 0;
        while (position < EVENTS) {
            LiveChannel channel = channel(journal, EVENTS, random);
            Track track = new Track(channel.feed(), position, view);
            hear(track, heard, random.nextInt(4));
            assertThat(track.position()).isGreaterThanOrEqualTo(position);
            position = track.position();
        }
        return heard;
    }

    private static LiveChannel channel(MemoryJournal journal, long head, Random random) {
        return new LiveChannel(
                journal,
                head,
                1 + random.nextInt(8),
                1 + random.nextInt(8),
                TestInbox.create().getRef());
    }

    private static void hear(Track track, List<String> heard, int most) {
        for (int n = 0; n < most; n++) {
            EncodedEvent event = track.next();
            while (event == null && track.needsPage()) {
                track.readingBegins();
                EncodedPage page = track.feed()
                        .pageAfter(track.position())
                        .toCompletableFuture()
                        .join();
                assertThat(track.readingEnded(page)).isTrue();
                event = track.next();
            }
            if (event == null) {
                return;
            }
            heard.add(text(event));
        }
    }

    private static String text(EncodedEvent event) {
        return event.sse().utf8String() + event.webSocket().utf8String();
    }

    private static boolean hides(View view, String event) {
        return view.hidden().contains("price") && event.contains("\"price\":1");
    }

    private static View view(Random random) {
        Map<String, List<String>> query = new HashMap<>();
        maybe(random, () -> query.put("types", List.of(random.nextBoolean() ? "t.*" : "t.a,u.b")));
        maybe(random, () -> query.put("sources", List.of("s1,s2")));
        maybe(random, () -> query.put("min.amount", List.of(Integer.toString(random.nextInt(50)))));
        maybe(random, () -> query.put("maxAmount", List.of(Integer.toString(random.nextInt(100)))));
        maybe(random, () -> query.put("eq.region", List.of(random.nextBoolean() ? "eu" : "us")));
        maybe(random, () -> query.put("prefix.in.name", List.of("x")));
        maybe(random, () -> query.put("min.price", List.of("10")));
        Family family = Sample.family(
                switch (random.nextInt(4)) {
                    case 0 -> "claims { region = area }";
                    case 1 -> "mask = [ { field = price, claim = role, values = [boss] } ]";
                    default -> "";
                });
        Map<String, String> claims = new HashMap<>();
        claims.put("area", random.nextBoolean() ? "eu" : "us");
        claims.put("role", random.nextBoolean() ? "boss" : "clerk");
        return Views.of(new Login("ann", null, List.of(), null, null, claims), family, Filter.ofQuery(query));
    }

    private static void maybe(Random random, Runnable then) {
        if (random.nextInt(4) == 0) {
            then.run();
        }
    }

    private static List<Event> log(Random random) {
        List<Event> log = new ArrayList<>();
        for (long offset = 1; offset <= EVENTS; offset++) {
            String data = random.nextInt(10) == 0
                    ? "[" + offset + "]"
                    : "{\"amount\":" + random.nextInt(100) + ",\"region\":\"" + (random.nextBoolean() ? "eu" : "us")
                            + "\",\"price\":1" + random.nextInt(9) + ",\"in\":{\"name\":\""
                            + (random.nextBoolean() ? "x" : "y") + "\"}}";
            EventType type = EventType.of((random.nextBoolean() ? "t." : "u.") + (random.nextBoolean() ? "a" : "b"));
            String source = random.nextInt(4) == 0 ? null : "s" + random.nextInt(3);
            log.add(new Event(offset, START.plusMillis(offset), type, json(data), source, null, "ann"));
        }
        return log;
    }
}
