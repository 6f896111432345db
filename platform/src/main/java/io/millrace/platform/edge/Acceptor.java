package io.millrace.platform.edge;

import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.OneForOneStrategy;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.SupervisorStrategy;
import org.apache.pekko.actor.UntypedAbstractActor;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.io.Inet;
import org.apache.pekko.io.Tcp;
import org.apache.pekko.io.TcpMessage;
import org.apache.pekko.japi.pf.DeciderBuilder;
import org.jspecify.annotations.Nullable;

/** Listens on one address and gives each accepted socket its {@link AcceptedSocket}, up to as many as are allowed. */
final class Acceptor extends UntypedAbstractActor {

    /** Stops accepting. */
    record Unbind(CompletableFuture<Done> unbound) {}

    /** Lets every socket answer what it was asked, and close. Ends when none is left. */
    record Finish(CompletableFuture<Done> finished) {}

    private enum Signal {
        LOOK_FOR_SILENT_PEERS
    }

    private static final Duration LOOK_EVERY = Duration.ofSeconds(4);
    /** Accepted in a row: each asking wakes the selector's thread. */
    private static final int AT_ONCE = 16;

    private final Wire wire;
    private final InetSocketAddress address;
    private final ServerSettings settings;
    private final CompletableFuture<InetSocketAddress> bound;
    private final AcceptedChannels channels = new AcceptedChannels();
    private final List<CompletableFuture<Done>> unbinding = new ArrayList<>();
    private final List<CompletableFuture<Done>> finishing = new ArrayList<>();
    private @Nullable ActorRef listener;
    private boolean unbound;
    private boolean full;
    /** Sockets that were asked for and haven't come. */
    private int awaited;

    private int localPort;

    /** Every open socket, by its peer's name and the other way round. */
    private final Map<String, ActorRef> socketOf = new HashMap<>();

    private final Map<ActorRef, String> peerOf = new HashMap<>();

    private Acceptor(
            Wire wire, InetSocketAddress address, ServerSettings settings, CompletableFuture<InetSocketAddress> bound) {
        this.wire = wire;
        this.address = address;
        this.settings = settings;
        this.bound = bound;
    }

    static Props props(
            Wire wire, InetSocketAddress address, ServerSettings settings, CompletableFuture<InetSocketAddress> bound) {
        return Props.create(Acceptor.class, () -> new Acceptor(wire, address, settings, bound));
    }

    /** A socket whose owner fails is closed, and nobody else's. */
    @Override
    public SupervisorStrategy supervisorStrategy() {
        return new OneForOneStrategy(
                DeciderBuilder.matchAny(failure -> SupervisorStrategy.stop()).build());
    }

    @Override
    public void preStart() {
        List<Inet.SocketOption> options = new ArrayList<>();
        settings.getSocketOptions().forEach(options::add);
        options.add(channels);
        Tcp.get(getContext().getSystem())
                .manager()
                .tell(TcpMessage.bind(getSelf(), address, settings.getBacklog(), options, true), getSelf());
    }

    @Override
    public void onReceive(Object message) {
        if (message instanceof Tcp.Connected made) {
            onConnected(made);
        } else if (message == AcceptedSocket.Event.GONE) {
            onGone();
        } else if (message == Signal.LOOK_FOR_SILENT_PEERS) {
            endSilentPeers();
        } else if (message instanceof Tcp.Bound made) {
            listener = getSender();
            localPort = made.localAddress().getPort();
            lookLater();
            bound.complete(made.localAddress());
            acceptNext();
        } else if (message instanceof Tcp.CommandFailed failed) {
            bound.completeExceptionally(new IllegalStateException(failed.toString()));
            getContext().stop(getSelf());
        } else if (message instanceof Unbind asked) {
            onUnbind(asked.unbound());
        } else if (message instanceof Tcp.Unbound) {
            onUnbound();
        } else if (message instanceof Finish asked) {
            finishing.add(asked.finished());
            getContext().getChildren().forEach(socket -> socket.tell(AcceptedSocket.Command.FINISH, getSelf()));
            finishIfEmpty();
        } else {
            unhandled(message);
        }
    }

    private void onConnected(Tcp.Connected made) {
        SocketChannel channel = channels.take(made);
        if (channel == null) {
            getSender().tell(TcpMessage.abort(), getSelf());
        } else {
            TcpSocket accepted = new TcpSocket(getSender(), channel, made.remoteAddress());
            ActorRef socket = getContext().actorOf(AcceptedSocket.props(wire, accepted));
            String peer = SilentPeers.name(made.remoteAddress());
            socketOf.put(peer, socket);
            peerOf.put(socket, peer);
        }
        awaited--;
        acceptNext();
    }

    private void acceptNext() {
        int room = settings.getMaxConnections() - peerOf.size();
        full = room <= 0;
        if (!full && awaited <= 0 && listener != null && !unbound) {
            awaited = Math.min(AT_ONCE, room);
            listener.tell(TcpMessage.resumeAccepting(awaited), getSelf());
        }
    }

    /** A peer whom the network has lost doesn't say so; see {@link SilentPeers}. */
    private void endSilentPeers() {
        for (String peer : SilentPeers.of(localPort)) {
            ActorRef socket = socketOf.get(peer);
            if (socket != null) {
                socket.tell(AcceptedSocket.Command.ABORT, getSelf());
            }
        }
        awaited = 0; // a socket that broke before it was handed over is never heard of
        acceptNext();
        lookLater();
    }

    private void lookLater() {
        getContext()
                .getSystem()
                .scheduler()
                .scheduleOnce(
                        LOOK_EVERY,
                        getSelf(),
                        Signal.LOOK_FOR_SILENT_PEERS,
                        getContext().getDispatcher(),
                        getSelf());
    }

    private void onGone() {
        String peer = peerOf.remove(getSender());
        if (peer != null) {
            socketOf.remove(peer, getSender());
        }
        if (full) {
            acceptNext();
        }
        finishIfEmpty();
    }

    private void onUnbind(CompletableFuture<Done> done) {
        unbinding.add(done);
        if (unbound) {
            onUnbound();
        } else if (listener != null) {
            listener.tell(TcpMessage.unbind(), getSelf());
        }
    }

    private void onUnbound() {
        unbound = true;
        unbinding.forEach(done -> done.complete(Done.done()));
        unbinding.clear();
    }

    private void finishIfEmpty() {
        if (peerOf.isEmpty()) {
            finishing.forEach(done -> done.complete(Done.done()));
            finishing.clear();
        }
    }
}
