package io.millrace.platform.connection;

import static io.millrace.platform.fakes.Sample.CHANNEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.platform.access.Login;
import io.millrace.platform.fakes.Sample;
import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.LiveChannel;
import io.millrace.protocol.Filter;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.View;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ViewsTest {
    private static final String SETTINGS =
            "\"orders\" { claims { region = area }, mask = [ { field = price, claim = role, values = [boss, owner] } ] }";
    private final Views views = new Views(Sample.families(SETTINGS));

    @Test
    void whoLacksTheClaimHearsNothing() {
        assertThat(view(Map.of()).blind()).isTrue();
        assertThat(seen("{\"region\":\"eu\"}", view(Map.of()))).isNull();
        assertThat(seen("{\"region\":\"eu\"}", view(Map.of("area", "us")))).isNull();
        assertThat(seen("{\"n\":1}", view(Map.of("area", "eu")))).isNull();
        assertThat(seen("{\"region\":\"eu\"}", view(Map.of("area", "eu")))).isNotNull();
    }

    @Test
    void aMaskedFieldIsNullForAllButThoseWhoMaySeeIt() {
        String data = "{\"region\":\"eu\",\"price\":9}";
        assertThat(seen(data, view(Map.of("area", "eu"))).event().data())
                .hasToString("{\"region\":\"eu\",\"price\":null}");
        assertThat(seen(data, view(Map.of("area", "eu", "role", "clerk")))
                        .event()
                        .data())
                .hasToString("{\"region\":\"eu\",\"price\":null}");
        assertThat(seen(data, view(Map.of("area", "eu", "role", "owner")))
                        .event()
                        .data())
                .hasToString(data);
    }

    @Test
    void aFilterCannotGuessWhatIsMasked() {
        Filter guess = Filter.ofQuery(Map.of("eq.price", List.of("9")));
        String data = "{\"region\":\"eu\",\"price\":9}";
        Login clerk = login(Map.of("area", "eu"));
        assertThat(seen(data, views.of(clerk, CHANNEL, guess))).isNull();
        Login boss = login(Map.of("area", "eu", "role", "boss"));
        assertThat(seen(data, views.of(boss, CHANNEL, guess))).isNotNull();
    }

    @Test
    void aMaskedVariantIsMadeOnceForAll() {
        EncodedEvent event = LiveChannel.encode(Sample.event(1, "{\"region\":\"eu\",\"price\":9}"));
        EncodedEvent one = event.seenThrough(view(Map.of("area", "eu", "role", "a")));
        EncodedEvent two = event.seenThrough(view(Map.of("area", "eu", "role", "b")));
        assertThat(one).isSameAs(two).isNotSameAs(event);
        assertThat(one.sse()).isSameAs(two.sse());
        assertThat(event.sse().utf8String()).contains("9}");
    }

    @Test
    void aFamilyMayRefuseFilters() {
        Views none = new Views(Sample.families("\"orders\" { filters = off }"));
        Filter filter = Filter.ofQuery(Map.of("types", List.of("a")));
        assertThatThrownBy(() -> none.requireFilterable(CHANNEL, filter))
                .isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith("filters");
        none.requireFilterable(CHANNEL, Filter.NONE);
        views.requireFilterable(CHANNEL, filter);
    }

    private View view(Map<String, String> claims) {
        return views.of(login(claims), CHANNEL, Filter.NONE);
    }

    private static Login login(Map<String, String> claims) {
        return new Login("ann", null, List.of(), null, null, claims);
    }

    private static EncodedEvent seen(String data, View view) {
        return LiveChannel.encode(Sample.event(1, data)).seenThrough(view);
    }
}
