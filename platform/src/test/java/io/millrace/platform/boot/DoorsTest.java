package io.millrace.platform.boot;

import static io.millrace.platform.boot.RunningNode.token;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.platform.boot.Wire.Reply;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Position;
import io.millrace.protocol.SseParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Everything that comes in by HTTP, at real sockets of the product as production starts it. */
@ExtendWith(RunningNode.Extension.class)
class DoorsTest {
    private static final String ALL = "doors:*:subscribe,publish,command,history";
    private static final String EVENT = "{\"type\":\"t.x\",\"data\":{\"n\":1}}";
    private static final Pattern REPEAT = Pattern.compile("\\{\\{repeat:(.+?):(\\d+)}}", Pattern.DOTALL);

    private static RunningNode node;
    private static String anybody;

    @BeforeAll
    static void start(RunningNode running) {
        node = running;
        anybody = token("ann", ALL);
    }

    // bad input

    @Test
    void badRequestsAreAnsweredAsTheCorpusSays() throws Exception {
        List<Path> cases = corpus("http");
        assertThat(cases).hasSizeGreaterThanOrEqualTo(110);
        SoftAssertions all = new SoftAssertions();
        for (Path file : cases) {
            JsonNode bad = Wire.JSON.readTree(file.toFile());
            String what = file.getFileName() + ": " + bad.path("what").asText();
            try (Wire wire = new Wire(node.port())) {
                wire.send(request(bad));
                Reply reply = wire.reply(false);
                all.assertThat(reply.status())
                        .as("%s: %s", what, reply)
                        .isEqualTo(bad.path("status").asInt());
                if (bad.has("code")) {
                    all.assertThat(reply.code())
                            .as("%s: %s", what, reply)
                            .isEqualTo(bad.path("code").asText());
                    all.assertThat(reply.json().path("status").asInt()).as(what).isEqualTo(reply.status());
                }
                all.assertThat(new String(reply.body(), StandardCharsets.UTF_8))
                        .as(what)
                        .doesNotContain("Exception", "io.millrace", "\tat ");
            } catch (RuntimeException broken) {
                all.fail(what, broken);
            }
        }
        all.assertAll();
        assertThat(Wire.get(node.port(), "/v1/channels/doors:bad/history", anybody)
                        .json()
                        .path("head")
                        .asInt())
                .as("nothing of all this was stored")
                .isZero();
    }

    @Test
    void aCursorThatCannotBeUsedIsAnsweredInTheStreamByReset() throws Exception {
        for (int i = 0; i < 5; i++) {
            publish("doors:cursors", "{\"type\":\"t.x\",\"data\":" + i + ",\"key\":\"c" + i + "\"}");
        }
        List<Path> cases = corpus("sse");
        assertThat(cases).hasSizeGreaterThanOrEqualTo(17);
        SoftAssertions all = new SoftAssertions();
        for (Path file : cases) {
            JsonNode bad = Wire.JSON.readTree(file.toFile());
            String what = file.getFileName() + ": " + bad.path("what").asText();
            try (Wire stream = Wire.stream(
                    node.port(), "/v1/channels/doors:cursors/events", anybody, "Last-Event-ID: " + lastEventId(bad))) {
                SseParser.Message first = stream.event();
                all.assertThat(first.type()).as(what).isEqualTo("reset");
                JsonNode reset = Wire.JSON.readTree(first.data());
                all.assertThat(reset.path("reason").asText())
                        .as(what)
                        .isEqualTo(bad.path("reason").asText());
                all.assertThat(reset.path("head").asInt()).as(what).isEqualTo(5);
                all.assertThat(stream.event().type()).as(what).isEqualTo("connected");
                for (int i = 0; i < 5; i++) {
                    all.assertThat(stream.event().data()).as(what).isEqualTo(Integer.toString(i));
                }
            } catch (RuntimeException broken) {
                all.fail(what, broken);
            }
        }
        all.assertAll();
    }

    @Test
    void aRequestThatComesByteByByteWorks() {
        try (Wire wire = new Wire(node.port())) {
            wire.sendOneByOne(Wire.request("POST", "/v1/channels/doors:slow/events", anybody, EVENT));
            assertThat(wire.reply(false).status()).isEqualTo(201);
        }
    }

    @Test
    void publishesOneBehindTheOtherOnOneLineKeepTheirOrder() {
        for (int round = 0; round < 20; round++) {
            try (Wire wire = new Wire(node.port())) {
                ByteArrayOutputStream requests = new ByteArrayOutputStream();
                for (int i = 0; i < 10; i++) {
                    requests.writeBytes(Wire.request("POST", "/v1/channels/doors:pipe/events", anybody, EVENT));
                }
                requests.writeBytes(Wire.request("GET", "/v1/nothing", anybody, null));
                wire.send(requests.toByteArray());
                List<Integer> places = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    places.add(wire.reply(false).json().path("offset").asInt());
                }
                assertThat(places).isSorted();
                assertThat(wire.reply(false).status()).isEqualTo(404);
            }
        }
    }

    // publish

    @Test
    void aPublishIsAnsweredWithItsPlace() {
        Reply reply = Wire.post(node.port(), "/v1/channels/doors:pub/events", anybody, EVENT);
        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.header("Content-Type")).isEqualTo("application/json");
        assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
        JsonNode receipt = reply.json();
        assertThat(receipt.path("channel").asText()).isEqualTo("doors:pub");
        assertThat(receipt.path("offset").asInt()).isEqualTo(1);
        assertThat(receipt.path("epoch").asText()).isEqualTo(node.epoch());
        assertThat(receipt.path("duplicate").asBoolean()).isFalse();
        assertThat(receipt.path("id").asText()).isEqualTo(cursor("doors:pub", 1));
    }

    @Test
    void theSameKeyIsTheSameEventAndAnotherBodyUnderItIsRefused() {
        String path = "/v1/channels/doors:keys/events";
        Reply first = Wire.post(node.port(), path, anybody, EVENT, "Idempotency-Key: k1");
        Reply again = Wire.post(node.port(), path, anybody, EVENT, "Idempotency-Key: k1");
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.json().path("duplicate").asBoolean()).isTrue();
        assertThat(again.json().path("id")).isEqualTo(first.json().path("id"));
        Reply other = Wire.post(node.port(), path, anybody, EVENT.replace('1', '2'), "Idempotency-Key: k1");
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.code()).isEqualTo("idempotency-conflict");
        assertThat(Wire.post(node.port(), path, anybody, EVENT)
                        .json()
                        .path("offset")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void aBatchIsStoredWholeOrNotAtAll() {
        String path = "/v1/channels/doors:batch/events";
        Reply batch = Wire.post(
                node.port(),
                path,
                anybody,
                "[{\"type\":\"a.b\",\"data\":1,\"key\":\"x\"},{\"type\":\"a.b\",\"data\":2},{\"type\":\"a.b\",\"data\":1,\"key\":\"x\"}]");
        assertThat(batch.status()).isEqualTo(201);
        assertThat(batch.json())
                .extracting(receipt -> receipt.path("offset").asInt())
                .containsExactly(1, 2, 1);
        Reply conflict = Wire.post(
                node.port(),
                path,
                anybody,
                "[{\"type\":\"a.b\",\"data\":3},{\"type\":\"a.b\",\"data\":9,\"key\":\"x\"}]");
        assertThat(conflict.status()).isEqualTo(422);
        assertThat(conflict.json().path("detail").asText()).contains("1");
        Reply broken = Wire.post(node.port(), path, anybody, "[{\"type\":\"a.b\",\"data\":3},{\"type\":\"a.b\"}]");
        assertThat(broken.status()).isEqualTo(400);
        assertThat(broken.json().path("detail").asText()).contains("[1].data");
        assertThat(history("doors:batch", "").path("head").asInt()).isEqualTo(2);
        Reply keyed = Wire.post(
                node.port(),
                path,
                anybody,
                "[{\"type\":\"a.b\",\"data\":5},{\"type\":\"a.b\",\"data\":6}]",
                "Idempotency-Key: h");
        Reply repeated = Wire.post(node.port(), path, anybody, "[{\"type\":\"a.b\",\"data\":6,\"key\":\"h#1\"}]");
        assertThat(repeated.json().get(0).path("offset"))
                .isEqualTo(keyed.json().get(1).path("offset"));
        assertThat(repeated.json().get(0).path("duplicate").asBoolean()).isTrue();
    }

    @Test
    void dataComesBackAsItWasWritten() {
        for (String data : List.of(
                "1e400",
                "9007199254740993",
                "\"\\ud800\"",
                "{\"__proto__\":{}}",
                "\"\\u2028\\r\\n\"",
                "[1.0,2.50]",
                "null",
                "\"🐎\"")) {
            JsonNode receipt = publish("doors:data", "{\"type\":\"t.x\",\"data\": " + data + " }");
            Reply page = Wire.get(
                    node.port(),
                    "/v1/channels/doors:data/history?after="
                            + (receipt.path("offset").asInt() - 1),
                    anybody);
            assertThat(new String(page.body(), StandardCharsets.UTF_8)).contains("\"data\":" + data + "}");
        }
    }

    // history

    @Test
    void theHistoryIsReadInPages() {
        for (int i = 1; i <= 7; i++) {
            publish("doors:past", "{\"type\":\"t.x\",\"data\":" + i + ",\"source\":\"s\"}");
        }
        JsonNode page = history("doors:past", "?limit=3");
        assertThat(offsets(page)).containsExactly(1, 2, 3);
        assertThat(page.path("head").asInt()).isEqualTo(7);
        assertThat(page.path("availableFrom").asInt()).isEqualTo(1);
        JsonNode next =
                history("doors:past", "?limit=3&after=" + page.path("next").asText());
        assertThat(offsets(next)).containsExactly(4, 5, 6);
        assertThat(offsets(history("doors:past", "?after=6"))).containsExactly(7);
        assertThat(offsets(history("doors:past", "?after=7"))).isEmpty();
        String third = page.path("events").get(2).path("time").asText();
        assertThat(offsets(history("doors:past", "?since=" + third)))
                .contains(3)
                .endsWith(7);
        assertThat(page.path("events").get(0).has("publisher")).isFalse();
        JsonNode future = history("doors:past", "?after=99");
        assertThat(future.path("reset").path("reason").asText()).isEqualTo("future");
        assertThat(offsets(future)).hasSize(7);
    }

    @Test
    void aLongPollIsAnsweredWhenSomethingComes() throws Exception {
        publish("doors:poll", EVENT);
        long begun = System.nanoTime();
        CompletableFuture<JsonNode> waiting =
                CompletableFuture.supplyAsync(() -> history("doors:poll", "?after=1&wait=30"));
        CompletableFuture<JsonNode> impatient = CompletableFuture.supplyAsync(() -> history("doors:poll2", "?wait=1"));
        assertThat(offsets(impatient.get(10, TimeUnit.SECONDS))).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(900));
        assertThat(waiting).isNotDone();
        publish("doors:poll", EVENT);
        assertThat(offsets(waiting.get(10, TimeUnit.SECONDS))).containsExactly(2);
    }

    // event streams

    @Test
    void anEventStreamSaysWhatItIsAndThenConnected() throws Exception {
        publish("doors:sse", EVENT);
        try (Wire wire = new Wire(node.port())) {
            wire.send(Wire.request("GET", "/v1/channels/doors:sse/events", anybody, null));
            Reply head = wire.head();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Content-Type")).isEqualTo("text/event-stream");
            assertThat(head.header("Cache-Control")).isEqualTo("no-cache, no-transform");
            assertThat(head.header("X-Accel-Buffering")).isEqualTo("no");
            assertThat(head.header("Content-Length")).isNull();
            assertThat(head.header("Server")).isNull();
            assertThat(wire.streamText(text -> text.contains("retry:") && text.endsWith("\n\n")))
                    .matches("(?s)retry: ?\\d+\n\n.*");
            SseParser.Message connected = wire.event();
            assertThat(connected.type()).isEqualTo("connected");
            assertThat(connected.lastEventId()).isEqualTo(cursor("doors:sse", 1));
            JsonNode said = Wire.JSON.readTree(connected.data());
            assertThat(said.path("userId").asText()).isEqualTo("ann");
            assertThat(said.path("channels").get(0).path("from").asInt()).isEqualTo(1);
            publish("doors:sse", EVENT);
            SseParser.Message event = wire.event();
            assertThat(event).isEqualTo(new SseParser.Message(cursor("doors:sse", 2), "t.x", "{\"n\":1}"));
        }
    }

    @Test
    void aSilentStreamIsKeptAliveByComments() {
        try (Wire stream = Wire.stream(node.port(), "/v1/channels/doors:silent/events", anybody)) {
            stream.event();
            assertThat(stream.streamText(text -> text.endsWith(":\n\n"))).isEqualTo(":\n\n");
        }
    }

    @Test
    void whoComesBackGetsExactlyWhatWasMissedAndThenGoesOnLive() {
        for (int i = 1; i <= 5; i++) {
            publish("doors:back", "{\"type\":\"t.x\",\"data\":" + i + "}");
        }
        try (Wire stream = Wire.stream(
                node.port(),
                "/v1/channels/doors:back/events?from=earliest",
                anybody,
                "Last-Event-ID: " + cursor("doors:back", 3))) {
            assertThat(stream.event().type()).isEqualTo("connected");
            assertThat(stream.event().data()).isEqualTo("4");
            assertThat(stream.event().data()).isEqualTo("5");
            publish("doors:back", "{\"type\":\"t.x\",\"data\":6}");
            assertThat(stream.event().data()).isEqualTo("6");
        }
        try (Wire stream = Wire.stream(node.port(), "/v1/channels/doors:back/events?from=earliest", anybody)) {
            stream.event();
            assertThat(stream.event().data()).isEqualTo("1");
        }
    }

    @Test
    void oneCursorResumesSeveralChannels() {
        publish("doors:m1", "{\"type\":\"t.x\",\"data\":\"a1\"}");
        publish("doors:m2", "{\"type\":\"t.x\",\"data\":\"b1\"}");
        String cursor;
        try (Wire stream =
                Wire.stream(node.port(), "/v1/events?channel=doors:m1&channel=doors:m2&from=earliest", anybody)) {
            stream.event();
            stream.event();
            cursor = stream.event().lastEventId();
        }
        publish("doors:m2", "{\"type\":\"t.x\",\"data\":\"b2\"}");
        publish("doors:m1", "{\"type\":\"t.x\",\"data\":\"a2\"}");
        try (Wire stream = Wire.stream(
                node.port(), "/v1/events?channel=doors:m2&channel=doors:m1", anybody, "Last-Event-ID: " + cursor)) {
            assertThat(stream.event().type()).isEqualTo("connected");
            assertThat(List.of(stream.event().data(), stream.event().data()))
                    .containsExactlyInAnyOrder("\"a2\"", "\"b2\"");
        }
    }

    @Test
    void aStreamEndsWithItsLogin() throws Exception {
        String brief = token("ann", Instant.now().plusSeconds(2), ALL);
        try (Wire stream = Wire.stream(node.port(), "/v1/channels/doors:brief/events", brief)) {
            assertThat(stream.event().type()).isEqualTo("connected");
            SseParser.Message problem = stream.event();
            assertThat(problem.type()).isEqualTo("problem");
            assertThat(Wire.JSON.readTree(problem.data()).path("code").asText()).isEqualTo("token-expired");
            assertThat(stream.event()).isNull();
        }
    }

    // pages of other origins

    @Test
    void aListedPageMayCallAndOthersMayNot() {
        Reply preflight = Wire.call(
                node.port(),
                "OPTIONS",
                "/v1/channels/doors:cors/events",
                null,
                null,
                "Origin: https://app.example.com",
                "Access-Control-Request-Method: POST");
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example.com");
        assertThat(preflight.header("Access-Control-Allow-Methods")).contains("POST");
        assertThat(preflight.header("Access-Control-Allow-Headers")).contains("Authorization", "Last-Event-ID");
        Reply answer = Wire.post(
                node.port(), "/v1/channels/doors:cors/events", anybody, EVENT, "Origin: https://app.example.com");
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example.com");
        assertThat(answer.header("Vary")).contains("Origin");
        Reply own =
                Wire.post(node.port(), "/v1/channels/doors:cors/events", anybody, EVENT, "Origin: http://localhost");
        assertThat(own.status()).isEqualTo(201);
        Reply refused =
                Wire.post(node.port(), "/v1/channels/doors:cors/events", anybody, EVENT, "Origin: https://evil.com");
        assertThat(refused.header("Access-Control-Allow-Origin")).isNull();
    }

    @Test
    void aRefusalTellsWhatToDo() {
        Reply refused = Wire.post(node.port(), "/v1/channels/doors:x/events", null, EVENT);
        assertThat(refused.header("WWW-Authenticate")).startsWith("Bearer");
        assertThat(refused.header("Content-Type")).startsWith("application/problem+json");
        List<String> members = new ArrayList<>();
        refused.json().fieldNames().forEachRemaining(members::add);
        assertThat(members)
                .contains("type", "title", "status", "detail", "instance", "code", "number", "retry", "remedy");
        Reply method = Wire.call(node.port(), "DELETE", "/v1/channels/doors:x/events", anybody, null);
        assertThat(method.header("Allow")).isEqualTo("GET, POST");
    }

    @Test
    void headIsAnsweredWithoutABody() {
        try (Wire wire = new Wire(node.port())) {
            wire.send(Wire.request("HEAD", "/v1/channels/doors:x/history", anybody, null));
            Reply head = wire.reply(true);
            assertThat(head.status()).isEqualTo(405);
            wire.send(Wire.request("GET", "/v1/nothing", anybody, null));
            assertThat(wire.reply(false).status()).isEqualTo(404);
        }
    }

    // the admin port

    @Test
    void theAdminPortTellsHowTheNodeIs() {
        assertThat(Wire.get(node.adminPort(), "/livez", null).status()).isEqualTo(200);
        Reply ready = Wire.get(node.adminPort(), "/readyz", null);
        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.json().path("checks").path("database").asText()).isEqualTo("ok");
        assertThat(new String(Wire.get(node.adminPort(), "/metrics", null).body(), StandardCharsets.UTF_8))
                .contains("millrace_published_events_total");
        assertThat(Wire.get(node.adminPort(), "/stats", null)
                        .json()
                        .path("status")
                        .asText())
                .isEqualTo("ok");
        assertThat(Wire.get(node.adminPort(), "/stats", anybody).status()).isEqualTo(401);
        Reply stats = Wire.get(node.port(), "/v1/stats", token("root", "*:admin"));
        assertThat(stats.json().path("epoch").asText()).isEqualTo(node.epoch());
    }

    private static List<Path> corpus(String name) throws IOException, URISyntaxException {
        Path folder = Path.of(Objects.requireNonNull(DoorsTest.class.getResource("/bad/" + name))
                .toURI());
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    private static byte[] request(JsonNode bad) {
        if (bad.has("raw")) {
            return filled(bad.path("raw").asText()).getBytes(StandardCharsets.ISO_8859_1);
        }
        List<String> headers = new ArrayList<>();
        bad.path("headers").forEach(header -> headers.add(filled(header.asText())));
        String method = bad.path("method").asText();
        String path = filled(bad.path("path").asText());
        String token = tokenFor(bad.path("token").asText("anybody"));
        if (bad.has("chunked")) {
            return chunked(path, token, filled(bad.path("chunked").asText()));
        }
        String body = bad.has("body") ? filled(bad.path("body").asText()) : null;
        return Wire.request(method, path, token, body, headers.toArray(String[]::new));
    }

    private static byte[] chunked(String path, String token, String body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Wire.request(
                "POST", path, token, null, "Content-Type: application/json", "Transfer-Encoding: chunked"));
        for (int at = 0; at < body.length(); at += 10_000) {
            String chunk = body.substring(at, Math.min(body.length(), at + 10_000));
            out.writeBytes((Integer.toHexString(chunk.length()) + "\r\n" + chunk + "\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        }
        out.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    private static String tokenFor(String name) {
        return switch (name) {
            case "none" -> null;
            case "garbage" -> "garbage";
            case "expired" -> token("ann", Instant.now().minusSeconds(60), ALL);
            case "reader" -> token("ann", "doors:*:subscribe,history");
            case "live-only" -> token("ann", "doors:*:subscribe", "!doors:*:history");
            case "writer" -> token("ann", "doors:*:publish");
            default -> anybody;
        };
    }

    private static String filled(String text) {
        String with = text.replace("{{token}}", anybody);
        Matcher repeats = REPEAT.matcher(with);
        return repeats.replaceAll(
                found -> Matcher.quoteReplacement(found.group(1).repeat(Integer.parseInt(found.group(2)))));
    }

    private static String lastEventId(JsonNode bad) {
        JsonNode spec = bad.path("cursor");
        if (spec.isMissingNode()) {
            return bad.path("lastEventId").asText();
        }
        Epoch epoch = new Epoch(spec.path("epoch").asText(node.epoch()));
        long offset = spec.path("offset").asLong();
        String cursor;
        if (spec.has("channels")) {
            TreeMap<ChannelName, Long> places = new TreeMap<>();
            spec.path("channels").forEach(name -> places.put(ChannelName.of(name.asText()), offset));
            cursor = Cursor.of(epoch, places);
        } else {
            cursor = Cursor.of(
                    ChannelName.of(spec.path("channel").asText("doors:cursors")), new Position(epoch, offset));
        }
        cursor = cursor.substring(0, cursor.length() - bad.path("cut").asInt());
        if (bad.has("change")) {
            cursor = cursor.replace(".2.", ".3.");
        }
        return bad.has("twice") ? cursor + cursor : cursor;
    }

    private static JsonNode publish(String channel, String body) {
        Reply reply = Wire.post(node.port(), "/v1/channels/" + channel + "/events", anybody, body);
        assertThat(reply.status()).as("%s", reply).isEqualTo(201);
        return reply.json();
    }

    private static JsonNode history(String channel, String query) {
        Reply reply = Wire.get(node.port(), "/v1/channels/" + channel + "/history" + query, anybody);
        assertThat(reply.status()).as("%s", reply).isEqualTo(200);
        return reply.json();
    }

    private static List<Integer> offsets(JsonNode page) {
        List<Integer> offsets = new ArrayList<>();
        page.path("events").forEach(event -> offsets.add(event.path("offset").asInt()));
        return offsets;
    }

    private static String cursor(String channel, long offset) {
        return Cursor.of(ChannelName.of(channel), new Position(new Epoch(node.epoch()), offset));
    }
}
