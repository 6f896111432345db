package io.millrace.platform.connection;

import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** What a connection's stream has to say, passed on to its actor. */
record Reports(ActorRef<Connection.Command> connection) implements Delivery.Observer {

    sealed interface Report extends Connection.Command {}

    record LineUp(Line line) implements Report {}

    record LineDown(@Nullable Code code, Followed followed) implements Report {}

    record ChannelOver(ChannelName channel) implements Report {}

    @Override
    public void lineIsUp(Line line) {
        connection.tell(new LineUp(line));
    }

    @Override
    public void channelIsOver(ChannelName channel) {
        connection.tell(new ChannelOver(channel));
    }

    @Override
    public void lineIsDown(@Nullable Code code, Followed followed) {
        connection.tell(new LineDown(code, followed));
    }
}
