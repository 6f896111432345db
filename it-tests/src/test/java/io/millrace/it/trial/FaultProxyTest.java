package io.millrace.it.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A line that can't misbehave tries nothing. */
class FaultProxyTest {
    private ServerSocket target;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws IOException {
        target = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        proxy = new FaultProxy(target.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        target.close();
    }

    private Socket from(String source) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(source, 0));
        socket.connect(new InetSocketAddress("127.0.0.1", proxy.port()), 2_000);
        socket.setSoTimeout(300);
        return socket;
    }

    private static void say(Socket socket, String words) throws IOException {
        socket.getOutputStream().write(words.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String hear(Socket socket, int count) throws IOException {
        return new String(socket.getInputStream().readNBytes(count), StandardCharsets.ISO_8859_1);
    }

    @Test
    void whatIsSaidPassesBothWays() throws IOException {
        try (Socket client = from("127.0.0.1");
                Socket server = target.accept()) {
            say(client, "hello");
            assertThat(hear(server, 5)).isEqualTo("hello");
            say(server, "well");
            assertThat(hear(client, 4)).isEqualTo("well");
            client.shutdownOutput();
            assertThat(server.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aSilentLineHoldsBackUntilItHeals() throws IOException {
        try (Socket client = from("127.0.0.1");
                Socket server = target.accept()) {
            proxy.silence();
            say(server, "late");
            assertThatThrownBy(() -> hear(client, 4)).isInstanceOf(SocketTimeoutException.class);
            proxy.heal();
            client.setSoTimeout(2_000);
            assertThat(hear(client, 4)).isEqualTo("late");
        }
    }

    @Test
    void oneSourceIsSilencedAndAnotherIsNot() throws IOException {
        try (Socket one = from("127.0.1.1");
                Socket atOne = target.accept();
                Socket other = from("127.0.1.2");
                Socket atOther = target.accept()) {
            proxy.silence("127.0.1.1");
            atOne.setSoTimeout(300);
            say(one, "a");
            say(other, "b");
            assertThat(hear(atOther, 1)).isEqualTo("b");
            assertThatThrownBy(() -> hear(atOne, 1)).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void aCutResetsBothEnds() throws IOException {
        try (Socket client = from("127.0.0.1");
                Socket server = target.accept()) {
            say(client, "x");
            hear(server, 1);
            proxy.cut();
            assertThatThrownBy(() -> hear(client, 1)).isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> hear(server, 1)).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void theAnswerToACommitIsSwallowed() throws IOException {
        try (Socket client = from("127.0.0.1");
                Socket server = target.accept()) {
            proxy.cutCommits(1);
            say(server, "C\0\0\0\13INSERT 0 1\0");
            assertThat(hear(client, 16)).contains("INSERT");
            say(server, "C\0\0\0\13COMMIT\0Z\0\0\0\5I");
            assertThatThrownBy(() -> hear(client, 1)).isInstanceOf(SocketException.class);
            assertThat(proxy.commitsLeftToCut()).isZero();
        }
    }
}
