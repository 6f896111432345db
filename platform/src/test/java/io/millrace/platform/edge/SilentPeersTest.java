package io.millrace.platform.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

class SilentPeersTest {
    @Test
    void aPeerIsNamedAsLinuxWritesItsAddress() {
        assertThat(SilentPeers.name(new InetSocketAddress("127.0.0.1", 8080))).isEqualTo("0100007F:1F90");
        assertThat(SilentPeers.name(new InetSocketAddress("::1", 80)))
                .isEqualTo("00000000000000000000000001000000:0050");
    }

    @Test
    void aPeerThatIsThereIsNotSilent() throws Exception {
        try (ServerSocket server = new ServerSocket(0);
                Socket client = new Socket("127.0.0.1", server.getLocalPort());
                Socket accepted = server.accept()) {
            accepted.getOutputStream().write(new byte[1024]);
            assertThat(client.isConnected()).isTrue();
            assertThat(SilentPeers.of(server.getLocalPort())).isEmpty();
        }
    }
}
