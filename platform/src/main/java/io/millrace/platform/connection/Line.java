package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Control;
import io.millrace.protocol.Refusal;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** What a connection's actor tells its stream. Every call returns at once; the stream obeys in the order of the calls. */
interface Line {

    /** Sends ready bytes before any further event. */
    void say(ByteString bytes);

    /**
     * Begins with these channels, all at once. When every one has found its place, {@code greeting} makes what is sent
     * before their first events.
     *
     * @param login as which they are heard, and all that were before
     */
    void follow(Login login, List<Want> wants, Function<Greeting, ByteString> greeting);

    /** Begins with a whole family, as {@link #follow} does with channels. */
    void followFamily(Login login, FamilyWant want, Function<FamilyBeginning, ByteString> greeting);

    void unfollowFamily(String family, ByteString goodbye);

    /** The client wants its events in another form. */
    void write(Form form);

    /** The login was renewed: what it sees of its channels may have changed. */
    void seeAs(Login renewed);

    void unfollow(ChannelName channel, ByteString goodbye);

    /** Has itself looked at, on the stream's turn; never answers once the stream has ended. */
    void look(Consumer<Look> onlooker);

    /** Says what it follows, on the stream's turn; never answers once the stream has ended. */
    void hold(Consumer<Followed> taker);

    /** The client answered a ping. */
    void alive();

    /** Sends a last word and closes. */
    void end(Control lastWord, Code code);

    /** Answers the client's own close and closes. */
    void hangUp(int closeCode);

    /**
     * What is known when channels begin.
     *
     * @param cursor where the connection stands in all of its channels, the new ones included
     * @param refused why they can't begin at all; then none has begun
     */
    record Greeting(List<Beginning> begun, String cursor, @Nullable Refusal refused) {
        Greeting(List<Beginning> begun, String cursor) {
            this(begun, cursor, null);
        }
    }
}
