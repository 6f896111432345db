package io.millrace.platform.edge;

import java.time.Duration;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.Terminated;
import org.apache.pekko.actor.UntypedAbstractActor;
import org.apache.pekko.io.Tcp;
import org.apache.pekko.io.TcpMessage;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The owner of one accepted socket: HTTP runs over it until an event stream's head is written, then only the stream does.
 *
 * <pre>
 *   Answering -- the head of an event stream is written --> Streaming
 *   Answering -- HTTP has ended --------------------------> Closing
 *   Answering -- the socket is lost ----------------------> stopped
 *   Streaming -- the frames have ended -------------------> Closing     stopped with a reset where they failed
 *   Streaming -- the peer has gone, or its half of it ----> stopped     the frames are cancelled
 *   Closing ---- the peer has closed too, or speaks on ---> stopped     what it says isn't heard
 * </pre>
 *
 * A peer that shuts down its writing half looks exactly like one that has gone, so an event stream ends then. While HTTP
 * answers, it still gets its answers.
 */
final class AcceptedSocket extends UntypedAbstractActor {
    /** To the acceptor, once: this socket is no more. */
    enum Event {
        GONE
    }

    /** From the acceptor. */
    enum Command {
        /** The node leaves: answer what is asked, and no more. */
        FINISH,
        /** The network has lost the peer. */
        ABORT
    }

    private enum Signal {
        HEARD,
        HEARD_ENOUGH
    }

    /** How long a peer may go on speaking when everything is said on this side. */
    private static final Duration LAST_HEARING = Duration.ofSeconds(2);

    private static final ByteString NOTHING = ByteString.emptyByteString();

    private final Wire wire;
    private final TcpSocket socket;
    private final ActorRef connection;

    /** HTTP over this socket; null once it has left. */
    private Wire.@Nullable Answering answering;

    private @Nullable EventStream stream;
    private @Nullable SocketOut frames;
    private ByteString unheard = NOTHING;
    private boolean running;
    private boolean hearing;
    private boolean peerClosed;
    private boolean closing;

    private AcceptedSocket(Wire wire, TcpSocket socket) {
        this.wire = wire;
        this.socket = socket;
        this.connection = socket.actor();
    }

    static Props props(Wire wire, TcpSocket socket) {
        return Props.create(AcceptedSocket.class, () -> new AcceptedSocket(wire, socket));
    }

    @Override
    public void preStart() {
        getContext().watch(connection); // it may fail without a word
        connection.tell(TcpMessage.register(getSelf(), true, false), getSelf());
        answering = wire.answer(socket, getSelf());
    }

    @Override
    public void postStop() {
        letGo();
        getContext().getParent().tell(Event.GONE, getSelf());
    }

    @Override
    public void onReceive(Object message) {
        if (message instanceof Tcp.Received received) {
            onReceived(received.data());
        } else if (message == Signal.HEARD) {
            hearing = false;
            hear();
        } else if (message instanceof EventStream next) {
            onEventStream(next);
        } else if (message instanceof SocketOut.Running) {
            running = frames != null;
            hear();
        } else if (message instanceof SocketOut.Written) {
            onWritten();
        } else if (message instanceof SocketOut.Broken) {
            end(TcpMessage.abort());
        } else if (message instanceof Tcp.PeerClosed$) {
            onPeerClosed();
        } else if (message instanceof Tcp.ConnectionClosed || message instanceof Terminated) {
            getContext().stop(getSelf());
        } else if (message == Command.ABORT) {
            end(TcpMessage.abort());
        } else if (message == Signal.HEARD_ENOUGH) {
            end(TcpMessage.abort());
        } else if (message == Command.FINISH) {
            onFinish();
        } else {
            unhandled(message);
        }
    }

    private void onReceived(ByteString bytes) {
        if (closing) {
            connection.tell(TcpMessage.resumeReading(), getSelf());
        } else if (stream == null) {
            if (answering != null) {
                answering.in().offer(bytes);
            }
        } else {
            unheard = stream.hearing() == null ? NOTHING : unheard.concat(bytes);
            hear();
        }
    }

    /** HTTP writes its head now. What comes in from here on isn't HTTP's any more. */
    private void onEventStream(EventStream next) {
        if (stream == null) {
            stream = next;
        } else {
            next.drop(wire.hosts()); // asked for behind an event stream, which has no end
        }
    }

    private void onWritten() {
        if (frames != null || stream == null) {
            close();
            return;
        }
        letGo();
        answering = null;
        if (peerClosed) {
            stream.drop(wire.hosts());
            end(TcpMessage.close());
            return;
        }
        frames = stream.run(socket, getSelf(), wire.hosts());
        stream = stream.underWay();
    }

    /** Passes on what has come in, not before the stream can answer; reads on when all of it is taken. */
    private void hear() {
        if (stream == null || !running || hearing) {
            return;
        }
        Hearing ear = stream.hearing();
        if (ear == null || unheard.isEmpty()) {
            connection.tell(TcpMessage.resumeReading(), getSelf());
            return;
        }
        ByteString bytes = unheard;
        unheard = NOTHING;
        hearing = true;
        ActorRef self = getSelf();
        ear.take(bytes).whenComplete((taken, failure) -> self.tell(Signal.HEARD, self));
    }

    private void onPeerClosed() {
        peerClosed = true;
        if (answering != null && !answering.requests().areStreams()) {
            answering.in().complete();
        } else if (stream == null
                || stream.hearing() == null
                || !stream.hearing().isOver()) {
            end(TcpMessage.close());
        }
    }

    private void onFinish() {
        if (answering == null) {
            return;
        }
        if (stream == null && !answering.requests().areOpen()) {
            answering.in().complete(); // HTTP says goodbye, and TLS does
        } else {
            answering.requests().areTheLast();
        }
    }

    /**
     * Says goodbye, and hears the peer out for a moment: a socket that is closed while something it has received waits
     * unread is reset, and a reset takes back what was written last.
     */
    private void close() {
        letGo();
        if (peerClosed) {
            end(TcpMessage.close());
            return;
        }
        closing = true;
        answering = null;
        connection.tell(TcpMessage.confirmedClose(), getSelf());
        connection.tell(TcpMessage.resumeReading(), getSelf());
        getContext()
                .getSystem()
                .scheduler()
                .scheduleOnce(
                        LAST_HEARING,
                        getSelf(),
                        Signal.HEARD_ENOUGH,
                        getContext().getDispatcher(),
                        getSelf());
    }

    private void end(Tcp.Command how) {
        connection.tell(how, getSelf());
        getContext().stop(getSelf());
    }

    /** Whatever runs over this socket ends, and with that its memory is free. */
    private void letGo() {
        if (answering != null) {
            answering.in().complete();
            answering.out().cancel();
        }
        if (frames != null) {
            frames.cancel();
        }
    }
}
