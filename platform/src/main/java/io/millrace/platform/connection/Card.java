package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.protocol.ChannelName;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one connection of this node is, for whoever looks: kept by its actor, read on any thread. */
final class Card {
    private final ConnectionId id;
    private final Transport transport;
    private final Caller caller;
    private final Instant since;
    private volatile long heardNanos = System.nanoTime();
    private volatile @Nullable Login login;
    private volatile @Nullable Line line;
    private volatile boolean away;
    private volatile Set<ChannelName> channels = Set.of();

    Card(ConnectionId id, Opening opening, Instant now) {
        this.id = id;
        this.transport = opening.transport();
        this.caller = opening.caller();
        this.since = now;
        this.login = opening.login();
    }

    ConnectionId id() {
        return id;
    }

    Transport transport() {
        return transport;
    }

    Caller caller() {
        return caller;
    }

    Instant since() {
        return since;
    }

    /** When the client last said something, by {@link System#nanoTime()}. */
    long heardNanos() {
        return heardNanos;
    }

    @Nullable
    Login login() {
        return login;
    }

    /** Null before the stream runs and after it. */
    @Nullable
    Line line() {
        return line;
    }

    /** Whether its session waits for its client. */
    boolean isAway() {
        return away;
    }

    Set<ChannelName> channels() {
        return channels;
    }

    // its actor

    void isUp(@Nullable Line now) {
        line = now;
    }

    void goesAway() {
        away = true;
    }

    void isLoggedIn(Login now) {
        login = now;
    }

    void hears() {
        heardNanos = System.nanoTime();
    }

    void follows(ChannelName channel) {
        Set<ChannelName> more = new HashSet<>(channels);
        more.add(channel);
        channels = Set.copyOf(more);
    }

    void leaves(ChannelName channel) {
        Set<ChannelName> fewer = new HashSet<>(channels);
        fewer.remove(channel);
        channels = Set.copyOf(fewer);
    }
}
