package io.millrace.platform.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProxiesTest {
    private final Proxies proxies = Proxies.of(List.of("10.0.0.0/8", "192.168.1.7", "fd00::/8"));

    @Test
    void aHeaderCountsOnlyFromATrustedPeer() throws Exception {
        assertThat(client("203.0.113.9", null, "1.2.3.4")).isEqualTo("203.0.113.9");
        assertThat(client("10.1.2.3", null, "1.2.3.4")).isEqualTo("1.2.3.4");
        assertThat(client("192.168.1.8", null, "1.2.3.4")).isEqualTo("192.168.1.8");
        assertThat(Proxies.of(List.of()).client(InetAddress.getByName("10.1.2.3"), null, "1.2.3.4"))
                .isEqualTo("10.1.2.3");
    }

    @Test
    void theLastThatIsNoProxyIsTheClientWhateverStandsBefore() throws Exception {
        assertThat(client("10.0.0.1", null, "6.6.6.6, 1.2.3.4, 192.168.1.7, 10.9.9.9"))
                .isEqualTo("1.2.3.4");
        assertThat(client("10.0.0.1", null, "10.0.0.2")).isEqualTo("10.0.0.2");
        assertThat(client("10.0.0.1", null, "1.2.3.4:5678")).isEqualTo("1.2.3.4");
        assertThat(client("fd00::1", null, "[2001:db8::5]:80")).isEqualTo("2001:db8:0:0:0:0:0:5");
    }

    @Test
    void nonsenseStopsTheWalkAtTheProxy() throws Exception {
        for (String nonsense :
                List.of("", "unknown", "evil.example.com", "1.2.3.4.5", "999.1.1.1", "1.2.3.4,", "' OR 1")) {
            assertThat(client("10.0.0.1", null, nonsense)).as(nonsense).isEqualTo("10.0.0.1");
        }
    }

    @Test
    void forwardedIsReadAsRfc7239HasIt() throws Exception {
        assertThat(client("10.0.0.1", "for=192.0.2.60;proto=http;by=203.0.113.43", null))
                .isEqualTo("192.0.2.60");
        assertThat(client("10.0.0.1", "For=\"[2001:db8:cafe::17]:4711\"", null)).isEqualTo("2001:db8:cafe:0:0:0:0:17");
        assertThat(client("10.0.0.1", "for=6.6.6.6, proto=https; for=\"192.0.2.1:81\"", null))
                .isEqualTo("192.0.2.1");
        assertThat(client("10.0.0.1", "for=_hidden", null)).isEqualTo("10.0.0.1");
    }

    @Test
    void twoHeadersThatDisagreeAreNotBelieved() throws Exception {
        assertThat(client("10.0.0.1", "for=6.6.6.6", "1.2.3.4")).isEqualTo("10.0.0.1");
        assertThat(client("10.0.0.1", "for=1.2.3.4", "1.2.3.4")).isEqualTo("1.2.3.4");
    }

    @Test
    void namesAndBrokenRangesAreRefused() {
        for (String bad : List.of("example.com", "10.0.0.0/33", "10.0.0.0/x", "fd00::/129", "", "/8")) {
            assertThatIllegalArgumentException()
                    .as(bad)
                    .isThrownBy(() -> Proxies.of(List.of(bad)))
                    .withMessageContaining("trusted-proxies");
        }
    }

    private String client(String peer, String forwarded, String forwardedFor) throws Exception {
        return proxies.client(InetAddress.getByName(peer), forwarded, forwardedFor);
    }
}
