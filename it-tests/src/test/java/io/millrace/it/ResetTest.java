package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.History.Outcome;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** I7: where going on exactly is impossible, the first event says {@code reset}, and then all that is kept comes whole. */
class ResetTest {
    private static final String CHANNEL = "reset:trimmed";
    private static final int PUBLISHED = 200;

    @TempDir
    static Path folder;

    private static Product product;
    private static long availableFrom;
    private static Epoch epoch;

    @BeforeAll
    static void start() throws IOException {
        product = Product.dev(
                "reset",
                folder.resolve("now"),
                Map.of(
                        "MILLRACE_CHANNEL_RETENTION_MAX_EVENTS", "50",
                        "MILLRACE_CHANNEL_RETENTION_WORK_CHECK_INTERVAL", "500ms",
                        "MILLRACE_RELAY_LIVE_EVENTS", "20"));
        Publisher publisher = new Publisher("p", "", product::door);
        for (int i = 0; i < PUBLISHED; i++) {
            assertThat(publisher.publish(CHANNEL, false).outcome()).isEqualTo(Outcome.OK);
        }
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> page("").number("availableFrom") > PUBLISHED - 60);
        availableFrom = page("").number("availableFrom");
        epoch = new Epoch(page("").text("epoch"));
    }

    @AfterAll
    static void stop() {
        if (product != null) {
            product.close();
        }
    }

    @Test
    void whatRetentionTookIsSaid() throws IOException {
        assertReset(cursor(CHANNEL, epoch, 20), "retention", "{\"epoch\":\"" + epoch + "\",\"offset\":20}");
    }

    @Test
    void anotherLifeOfTheJournalIsSaid() throws IOException {
        Epoch other;
        try (Product wiped = Product.dev("reset-wiped", folder.resolve("before"), Map.of())) {
            new Publisher("p", "", wiped::door).publish(CHANNEL, false);
            other = new Epoch(
                    Members.of(Calls.history(wiped.door(), CHANNEL, "")).text("epoch"));
        }
        assertThat(other).isNotEqualTo(epoch);
        assertReset(cursor(CHANNEL, other, 190), "epoch", "{\"epoch\":\"" + other + "\",\"offset\":190}");
    }

    @Test
    void aPositionAfterTheHeadIsSaid() throws IOException {
        assertReset(
                cursor(CHANNEL, epoch, PUBLISHED + 5),
                "future",
                "{\"epoch\":\"" + epoch + "\",\"offset\":" + (PUBLISHED + 5) + "}");
    }

    @Test
    void anotherChannelsCursorIsSaid() throws IOException {
        assertReset(cursor("reset:other", epoch, 190), "foreign", "null");
    }

    @Test
    void aCursorCutShortIsSaid() throws IOException {
        String whole = cursor(CHANNEL, epoch, 190);
        assertStreamResets(whole.substring(0, whole.length() - 1), "malformed", "null");
        assertStreamResets(whole.replace(".190.", ".191."), "malformed", "null");
        Calls.Answer history = Calls.get(
                product.door(), "/v1/channels/" + CHANNEL + "/history?after=" + whole.substring(0, whole.length() - 1));
        assertThat(history.status()).isEqualTo(400);
        assertThat(history.body()).contains("\"code\":\"invalid-cursor\"");
    }

    @Test
    void whatIsStillKeptIsResumedWithoutReset() throws IOException {
        List<Frame> frames = sse(cursor(CHANNEL, epoch, availableFrom - 1));
        assertThat(frames).extracting(Frame::kind).doesNotContain("reset");
        assertWhole(frames);
    }

    private static void assertReset(String cursor, String reason, String requested) throws IOException {
        assertStreamResets(cursor, reason, requested);
        assertSays(socket(cursor), reason, requested);
        Members page = page("limit=1000&after=" + cursor);
        assertIsReset(Members.of(page.raw("reset")), reason, requested);
        List<String> events = Members.elements(page.raw("events"));
        assertThat(Members.of(events.get(0)).number("offset")).isEqualTo(availableFrom);
        assertThat(events).hasSize((int) (PUBLISHED - availableFrom + 1));
    }

    private static void assertStreamResets(String cursor, String reason, String requested) throws IOException {
        assertSays(sse(cursor), reason, requested);
    }

    private static void assertSays(List<Frame> frames, String reason, String requested) {
        Frame first = frames.stream()
                .filter(frame ->
                        !List.of("connected", "subscribed", "authenticated").contains(frame.kind()))
                .findFirst()
                .orElseThrow();
        assertThat(first.kind()).as("what comes before any event").isEqualTo("reset");
        assertIsReset(Members.of(first.data()), reason, requested);
        if (!first.id().isEmpty()) {
            assertThat(offset(first.id())).as("the id stands before what comes").isEqualTo(availableFrom - 1);
        }
        assertWhole(frames);
    }

    private static void assertIsReset(Members reset, String reason, String requested) {
        assertThat(reset.text("reason")).isEqualTo(reason);
        assertThat(reset.raw("requested")).isEqualTo(requested);
        assertThat(reset.number("availableFrom")).isEqualTo(availableFrom);
        assertThat(reset.number("head")).isEqualTo(PUBLISHED);
        assertThat(reset.text("channel")).isEqualTo(CHANNEL);
    }

    private static void assertWhole(List<Frame> frames) {
        List<Long> offsets = frames.stream()
                .filter(frame -> frame.kind().equals("event"))
                .map(frame -> offset(frame.id()))
                .toList();
        List<Long> kept = new ArrayList<>();
        for (long offset = availableFrom; offset <= PUBLISHED; offset++) {
            kept.add(offset);
        }
        assertThat(offsets).isEqualTo(kept);
    }

    private static List<Frame> sse(String lastEventId) throws IOException {
        try (SseClient client = SseClient.open(product.door(), List.of(CHANNEL), lastEventId, "")) {
            return untilHead(client);
        }
    }

    private static List<Frame> socket(String from) throws IOException {
        try (WsClient client = WsClient.open(product.door())) {
            client.subscribe(CHANNEL, from);
            return untilHead(client);
        }
    }

    private static List<Frame> untilHead(LiveClient client) throws IOException {
        List<Frame> frames = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (System.nanoTime() < deadline) {
            frames.addAll(client.read(65_536, deadline));
            if (!frames.isEmpty()) {
                Frame last = frames.get(frames.size() - 1);
                if (last.kind().equals("event") && offset(last.id()) == PUBLISHED) {
                    return frames;
                }
            }
        }
        throw new AssertionError("the newest event never came; what came: " + frames);
    }

    private static long offset(String id) {
        Cursor cursor = ((Cursor.Valid) Cursor.parse(id)).cursor();
        return ((Cursor.At) cursor.find(ChannelName.of(CHANNEL))).position().offset();
    }

    private static String cursor(String channel, Epoch epoch, long offset) {
        return Cursor.of(ChannelName.of(channel), new Position(epoch, offset));
    }

    private static Members page(String parameters) throws IOException {
        return Members.of(Calls.history(product.door(), CHANNEL, parameters));
    }
}
