package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonInputTest {
    private static final JsonInput.Limits LIMITS = JsonInput.Limits.ofBytes(100_000);
    private static final JsonMapper JACKSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();
    private static final String[] SEEDS = {
        "{\"a\":[1,2.5e-3,{\"b\":null}],\"c\":\"x\\u00e9\\n\u20ac\",\"d\":true}",
        " [ { \"type\" : \"t\" , \"data\" : [ ] } , -0.0 , \"\\\\\\\"\" ] ",
        "{\"a\":{\"a\":{\"a\":\"\\/\\b\\f\"}},\"\":false}",
    };

    @Test
    void itTakesExactlyWhatJacksonTakesStrictly() {
        for (int seed = 0; seed < 30_000; seed++) {
            Random random = new Random(seed);
            byte[] json = Cases.utf8(SEEDS[random.nextInt(SEEDS.length)]);
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                json[random.nextInt(json.length)] = json[random.nextInt(json.length)];
            }
            JsonNode expected = jackson(json);
            byte[] taken = data(json);
            assertThat(taken != null).as(Cases.utf8(json)).isEqualTo(expected != null);
            if (taken != null) {
                assertThat(jackson(taken)).isEqualTo(expected);
                assertThat(data(taken)).as("compact stays as it is").isEqualTo(taken);
            }
        }
    }

    @Test
    void theUtf8CheckAgreesWithTheJdk() {
        int[] edges = {0, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5
        };
        for (int seed = 0; seed < 100_000; seed++) {
            Random random = new Random(seed);
            byte[] bytes = new byte[1 + random.nextInt(5)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) edges[random.nextInt(edges.length)];
            }
            assertThat(Utf8Check.valid(bytes)).isEqualTo(jdkTakes(bytes));
        }
    }

    @Test
    void aSingleDraftTakesTheHeadersKey() {
        assertThat(JsonInput.drafts(Cases.utf8("{\"type\":\"t\",\"data\":{ }}"), LIMITS, "k", 10))
                .containsExactly(new Draft(EventType.of("t"), JsonData.trusted(Cases.utf8("{}")), null, "k"));
    }

    @Test
    void anItemOfABatchTakesTheKeyWithItsIndex() {
        byte[] body = Cases.utf8(" [{\"type\":\"t\",\"data\":1},{\"key\":\"k#1\",\"type\":\"t\",\"data\":2}]");
        assertThat(JsonInput.drafts(body, LIMITS, "k", 2).stream().map(Draft::key))
                .containsExactly("k#0", "k#1");
        assertThat(JsonInput.drafts(body, LIMITS, null, 2).stream().map(Draft::key))
                .containsExactly(null, "k#1");
    }

    @Test
    void aKeyThatDiffersFromTheHeadersIsRefused() {
        assertFault("{\"type\":\"t\",\"data\":1,\"key\":\"b\"}", "a", "key");
        assertFault("[{\"type\":\"t\",\"data\":1,\"key\":\"a\"}]", "a", "[0].key");
    }

    @Test
    void aHeaderKeyThatCanNotBeKeptIsRefusedByTheHeadersName() {
        assertFault("{\"type\":\"t\",\"data\":1}", "", "Idempotency-Key");
        assertFault("{\"type\":\"t\",\"data\":1}", "a\nb", "Idempotency-Key");
        assertFault("[{\"type\":\"t\",\"data\":1}]", "a".repeat(251), "Idempotency-Key");
    }

    @Test
    void aBatchIsKnownByItsFirstCharacter() {
        assertThat(JsonInput.isBatch(Cases.utf8(" \r\n\t["))).isTrue();
        assertThat(JsonInput.isBatch(Cases.utf8("{\"a\":[]}"))).isFalse();
        assertThat(JsonInput.isBatch(new byte[0])).isFalse();
    }

    @Test
    void aPartKeepsItsPlaceInsideTheWhole() {
        String data = "{\"a\":\"}]\\\",{\",\"b\":[[],{},\"\\\\\"]}";
        List<Draft> drafts = JsonInput.drafts(
                Cases.utf8("[{\"data\":" + data + ",\"type\":\"a\"},{\"type\":\"b\",\"data\":\"\"}]"), LIMITS, null, 2);
        assertThat(drafts.stream().map(it -> it.data().toString())).containsExactly(data, "\"\"");
    }

    @Test
    void anEscapedTypeIsReadAsWhatItSays() {
        List<Draft> drafts =
                JsonInput.drafts(Cases.utf8("{\"type\":\"\\u0061\\/\\ud83d\\udc0e\",\"data\":1}"), LIMITS, null, 1);
        assertThat(drafts.get(0).type().value()).isEqualTo("a/\ud83d\udc0e");
    }

    @Test
    void theRefOfAWrongMessageIsFound() {
        assertThat(ClientMessage.refOf(Cases.utf8("{\"type\":\"x\",\"ref\":7}"), LIMITS))
                .isEqualTo(new Ref("7"));
        assertThat(ClientMessage.refOf(Cases.utf8("{\"ref\":7"), LIMITS)).isNull();
        assertThat(ClientMessage.refOf(Cases.utf8("[]"), LIMITS)).isNull();
        assertThat(ClientMessage.refOf(Cases.utf8("{\"ref\":[]}"), LIMITS)).isNull();
    }

    @Test
    void aTokenIsNotInAMessagesText() {
        ClientMessage message =
                ClientMessage.parse(Cases.utf8("{\"type\":\"authenticate\",\"token\":\"s3cret\"}"), LIMITS, 1);
        assertThat(message.toString()).doesNotContain("s3cret");
    }

    private static void assertFault(String body, String headerKey, String field) {
        assertThatThrownBy(() -> JsonInput.drafts(Cases.utf8(body), LIMITS, headerKey, 10))
                .isInstanceOfSatisfying(
                        InvalidInput.class, it -> assertThat(it.field()).isEqualTo(field));
    }

    private static JsonNode jackson(byte[] json) {
        if (!jdkTakes(json)) {
            return null;
        }
        try (JsonParser parser = JACKSON.createParser(json)) {
            JsonNode node = JACKSON.readTree(parser);
            return node == null || parser.nextToken() != null ? null : node;
        } catch (IOException notJson) {
            return null;
        }
    }

    private static byte[] data(byte[] json) {
        try {
            return JsonInput.data(json, LIMITS).utf8();
        } catch (InvalidInput notJson) {
            return null;
        }
    }

    private static boolean jdkTakes(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException notUtf8) {
            return false;
        }
    }
}
