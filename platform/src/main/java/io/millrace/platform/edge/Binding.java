package io.millrace.platform.edge;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;

/**
 * A port that is listened on.
 *
 * @param unbinding stops accepting; what is connected stays. May be called again
 */
public record Binding(InetSocketAddress address, Supplier<CompletionStage<Done>> unbinding) {

    public int port() {
        return address.getPort();
    }

    /** Ends when nobody new comes in any more. */
    public CompletionStage<Done> unbind() {
        return unbinding.get();
    }
}
