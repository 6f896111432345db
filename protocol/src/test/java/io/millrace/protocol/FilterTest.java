package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class FilterTest {
    @Test
    void anOperatorReadsItInWords() {
        Filter filter = Filter.ofQuery(Map.of(
                "types", List.of("a,b:*"), "sources", List.of("x"), "min.amount", List.of("10"), "eq.n", List.of("3")));
        assertThat(filter.toString())
                .startsWith("types a, b:*; sources x; ")
                .contains("amount at least 10", "n is 3 or \"3\"");
        assertThat(Filter.NONE).hasToString("none");
    }

    @TestFactory
    Stream<DynamicTest> whatPasses() {
        return Cases.of("wire/filters.json", 58, it -> {
            Event event = event(it.get("event"));
            assertThat(filter(it).passes(event, new EventData(event.data())))
                    .isEqualTo(it.get("expected").asBoolean());
        });
    }

    @TestFactory
    Stream<DynamicTest> whatIsWrittenIsReadAgain() {
        return Cases.of("wire/filters.json", 58, it -> {
            Filter filter = filter(it);
            Filter again = Filter.read(filter.written());
            assertThat(again).hasToString(filter.toString());
            assertThat(again.written()).isEqualTo(filter.written());
        });
    }

    @TestFactory
    Stream<DynamicTest> badQueriesAreToldByTheirParameter() {
        return Cases.of("bad/query/filters.json", 21, FilterTest::refused);
    }

    @TestFactory
    Stream<DynamicTest> badMessagesAreToldByTheirField() {
        return Cases.of("bad/json/filters.json", 20, FilterTest::refused);
    }

    private static void refused(JsonNode it) {
        InvalidInput fault = catchThrowableOfType(InvalidInput.class, () -> filter(it));
        assertThat(fault).as("a refusal").isNotNull();
        assertThat(fault.code()).isEqualTo(Code.INVALID_PARAMETER);
        assertThat(fault.field()).isEqualTo(it.get("field").asText());
    }

    @Test
    void aHostileNumberIsComparedInNoTime() {
        Filter filter = Filter.ofQuery(Map.of("min.n", List.of("1e999999999"), "max.n", List.of("1e999999999")));
        for (String number : List.of("1".repeat(250_000), "1e999999999", "1e9999999999", "-1e-999999999")) {
            Event event = event("t", null, "{\"n\":" + number + "}");
            Assertions.assertThatNoException().isThrownBy(() -> filter.passes(event, new EventData(event.data())));
            org.junit.jupiter.api.Assertions.assertTimeout(
                    Duration.ofSeconds(1), () -> filter.passes(event, new EventData(event.data())));
        }
    }

    @Test
    void aMaskedFieldIsNullAndAllElseStaysAsWritten() {
        EventData data = new EventData(json("{\"a\":1e400,\"price\":{\"x\":[1,2]},\"b\":\"\\ud800\",\"cost\":\"}\"}"));
        assertThat(data.masked(Set.of("price", "cost", "none")))
                .hasToString("{\"a\":1e400,\"price\":null,\"b\":\"\\ud800\",\"cost\":null}");
    }

    @Test
    void dataWithoutTheFieldIsNotCopied() {
        JsonData plain = json("{\"a\":{\"price\":1}}");
        assertThat(new EventData(plain).masked(Set.of("price"))).isSameAs(plain);
        assertThat(new EventData(json("[1]")).masked(Set.of("price"))).hasToString("[1]");
    }

    @Test
    void anEventConcernsOnlyLoginsWhoseClaimItsFieldSays() {
        View eu = new View(Filter.NONE, Map.of("region", "eu"), Set.of(), false);
        assertThat(eu.concerns(new EventData(json("{\"region\":\"eu\"}")))).isTrue();
        assertThat(eu.concerns(new EventData(json("{\"region\":\"us\"}")))).isFalse();
        assertThat(eu.concerns(new EventData(json("{\"region\":[\"eu\"]}")))).isFalse();
        assertThat(eu.concerns(new EventData(json("{}")))).isFalse();
        assertThat(eu.concerns(new EventData(json("null")))).isFalse();
        View three = new View(Filter.NONE, Map.of("n", "3"), Set.of(), false);
        assertThat(three.concerns(new EventData(json("{\"n\":3}")))).isTrue();
        assertThat(new View(Filter.NONE, Map.of(), Set.of(), true).concerns(new EventData(json("{}"))))
                .isFalse();
        assertThat(View.PLAIN.concerns(new EventData(json("{}")))).isTrue();
    }

    private static Filter filter(JsonNode it) {
        if (it.has("filters")) {
            byte[] json = Cases.utf8(it.get("filters").toString());
            return FilterInput.json("filters", JsonPart.of(JsonScanner.compact("filters", json, 10, 0)));
        }
        Map<String, List<String>> query = new LinkedHashMap<>();
        it.get("query").fields().forEachRemaining(parameter -> {
            List<String> values = new ArrayList<>();
            parameter.getValue().forEach(value -> values.add(value.asText()));
            query.put(parameter.getKey(), values);
        });
        return Filter.ofQuery(query);
    }

    private static Event event(JsonNode it) {
        return event(
                it.get("type").asText(),
                Cases.textOrNull(it, "source"),
                it.get("data").asText());
    }

    private static Event event(String type, String source, String data) {
        return new Event(1, Instant.EPOCH, EventType.of(type), json(data), source, null, "svc");
    }

    private static JsonData json(String data) {
        return JsonData.trusted(Cases.utf8(data));
    }
}
