package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PageShapeTest {
    private static final String STATS =
            "{\"connectedClients\":3,\"channels\":[{\"channel\":\"a\",\"subscribers\":2},{\"channel\":\"b:1\",\"subscribers\":1}]}";

    private static String of(String page, @Nullable String template) {
        byte[] shaped = PageShape.of(
                page.getBytes(StandardCharsets.UTF_8), template == null ? null : JsonTemplate.parse(template));
        return new String(shaped, StandardCharsets.UTF_8);
    }

    @Test
    void withoutATemplateAPageIsAsItIs() {
        assertThat(of(STATS, null)).isEqualTo(STATS);
    }

    @Test
    void aPageTakesTheShapeOfAnotherSystem() {
        assertThat(
                        of(
                                STATS,
                                "{\"clients\":\"{connectedClients}\",\"channels\":\"{channelNames}\",\"more\":{\"all\":\"{channels}\"}}"))
                .isEqualTo("{\"clients\":3,\"channels\":[\"a\",\"b:1\"],\"more\":{\"all\":"
                        + "[{\"channel\":\"a\",\"subscribers\":2},{\"channel\":\"b:1\",\"subscribers\":1}]}}");
    }

    @Test
    void aPageCanBeOneOfItsFields() {
        assertThat(of("{\"channel\":\"a\",\"events\":[{\"data\":{\"x\":[1,2]}}],\"next\":\"m1.x\"}", "\"{events}\""))
                .isEqualTo("[{\"data\":{\"x\":[1,2]}}]");
    }

    @Test
    void whatThePageDoesNotHaveIsLeftOut() {
        assertThat(of(
                        "{\"connectedClients\":3}",
                        "{\"clients\":\"{connectedClients}\",\"node\":\"{node}\",\"names\":\"{channelNames}\"}"))
                .isEqualTo("{\"clients\":3,\"names\":[]}");
    }
}
