package io.millrace.platform.preset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathPatternTest {

    @Test
    void aPlaceStandsForOneWholeSegment() {
        PathPattern pattern = PathPattern.parse("/api/stream/{name}/{id}");
        assertThat(pattern.match(List.of("api", "stream", "council-score", "123")))
                .isEqualTo(Map.of("name", "council-score", "id", "123"));
        assertThat(pattern.match(List.of("api", "stream", "council-score"))).isNull();
        assertThat(pattern.match(List.of("api", "stream", "council-score", ""))).isNull();
        assertThat(pattern.match(List.of("api", "streams", "council-score", "123")))
                .isNull();
        assertThat(pattern.match(List.of("api", "stream", "a", "b", "c"))).isNull();
        assertThat(pattern.places()).containsExactly("name", "id");
    }

    @Test
    void withoutPlacesItIsOnePath() {
        assertThat(PathPattern.parse("/api/ws").match(List.of("api", "ws"))).isEmpty();
        assertThat(PathPattern.parse("/api/ws").match(List.of("api", "WS"))).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "api/ws         | begin with a slash",
                "/              | neither",
                "/api//ws       | neither",
                "/api/ws/       | neither",
                "/api/x{name}   | neither",
                "/api/../ws     | neither",
                "/api/a%2Fb     | neither",
                "/v1/channels   | the product's own",
                "/{any}/events  | must not begin with a place",
                "/api/{a}/{a}   | a place twice",
                "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17 | more than 16 segments"
            })
    void whatIsNoPathIsRefusedWithItsRule(String path, String rule) {
        assertThatThrownBy(() -> PathPattern.parse(path))
                .hasMessageContaining("path: ")
                .hasMessageContaining(rule);
    }

    @Test
    void theNarrowerOfTwoWins() {
        PathPattern wide = PathPattern.parse("/api/{door}");
        PathPattern narrow = PathPattern.parse("/api/events");
        assertThat(narrow.isNarrowerThan(wide)).isTrue();
        assertThat(wide.isNarrowerThan(narrow)).isFalse();
        assertThat(wide.isAmbiguousWith(narrow)).isFalse();
    }

    @Test
    void whereNeitherIsNarrowerAPathCouldBeMeantForBoth() {
        PathPattern one = PathPattern.parse("/api/{door}/live");
        assertThat(one.isAmbiguousWith(PathPattern.parse("/api/events/{id}"))).isTrue();
        assertThat(one.isAmbiguousWith(PathPattern.parse("/api/{other}/live"))).isTrue();
        assertThat(one.isAmbiguousWith(PathPattern.parse("/api/{door}/past"))).isFalse();
        assertThat(one.isAmbiguousWith(PathPattern.parse("/api/{door}"))).isFalse();
    }
}
