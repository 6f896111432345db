package io.millrace.platform.boot;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.platform.edge.Binding;
import io.millrace.platform.edge.Certificates;
import io.millrace.platform.edge.Edge;
import io.millrace.platform.edge.Ports;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The public ports of a running node: the plain one, the one with TLS, or both. */
record Listeners(String host, @Nullable Binding plain, @Nullable Binding tls) {
    private static final Duration BIND_TIMEOUT = Duration.ofSeconds(10);

    /** @param certificates null where TLS is off */
    static Listeners open(
            Ports ports,
            HttpSettings settings,
            @Nullable Certificates certificates,
            Edge edge,
            MeterRegistry registry) {
        InetSocketAddress plainAddress = new InetSocketAddress(settings.host(), settings.port());
        Binding plain = settings.plain() ? bound(plainAddress, ports.open(settings.wire(), plainAddress, edge)) : null;
        Binding tls = null;
        if (certificates != null) {
            InetSocketAddress address =
                    new InetSocketAddress(settings.host(), settings.tls().port());
            tls = bound(address, ports.openTls(settings.tls(), certificates, address, edge));
            Gauge.builder(
                            "millrace.tls.certificate.expiry",
                            () -> certificates.expires().getEpochSecond())
                    .description("When the TLS listener's certificate ends, in seconds since 1970.")
                    .baseUnit("seconds")
                    .register(registry);
        }
        return new Listeners(settings.host(), plain, tls);
    }

    /** The plain one first. */
    List<Binding> bindings() {
        return Stream.of(plain, tls).filter(Objects::nonNull).toList();
    }

    List<String> addresses() {
        List<String> addresses = new ArrayList<>();
        if (plain != null) {
            addresses.add("http://" + host + ":" + plain.port());
        }
        if (tls != null) {
            addresses.add("https://" + host + ":" + tls.port());
        }
        return addresses;
    }

    static Binding bound(InetSocketAddress address, CompletionStage<Binding> binding) {
        try {
            return binding.toCompletableFuture().get(BIND_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException taken) {
            throw new SettingsRefused("can't listen on " + address.getHostString() + ":" + address.getPort()
                    + ": is another process using it?");
        } catch (InterruptedException stopped) {
            throw new IllegalStateException("stopped while binding", stopped);
        }
    }
}
