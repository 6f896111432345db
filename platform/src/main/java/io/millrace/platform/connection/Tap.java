package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Control;
import io.millrace.protocol.Refusal;
import io.millrace.protocol.SseFrames;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** One tap: begins its stream, tells of subscribers when their number has changed, and ends when its operator is one no more. */
final class Tap implements Delivery.Observer {
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final Taps taps;
    private final Login operator;
    private final List<Want> wants;
    private final @Nullable FamilyWant family;
    private final FirstWords words;
    private final List<String> channels;
    private volatile @Nullable Cancellable looking;
    private byte[] told = new byte[0];

    Tap(Taps taps, Login operator, List<Want> wants, @Nullable FamilyWant family, FirstWords words) {
        this.taps = taps;
        this.operator = operator;
        this.wants = wants;
        this.family = family;
        this.words = words;
        this.channels = wants.stream().map(want -> want.channel().value()).toList();
    }

    @Override
    public void lineIsUp(Line line) {
        taps.opened();
        if (family != null) {
            line.followFamily(operator, family, begun -> {
                begins(line);
                return words.ofFamily(begun);
            });
        } else {
            line.follow(operator, wants, greeting -> {
                begins(line);
                return words.ofStream(greeting);
            });
        }
    }

    /** From its first words on, so that nothing goes before them. */
    private void begins(Line line) {
        looking = taps.system()
                .scheduler()
                .scheduleWithFixedDelay(
                        Duration.ZERO, LOOK, () -> look(line), taps.system().executionContext());
    }

    private void look(Line line) {
        Code over = taps.mayNotGoOn(operator);
        if (over != null) {
            line.end(new Control.Problem(Refusal.of(over)), over);
            return;
        }
        taps.directory()
                .followed(channels, family == null ? null : family.family())
                .thenAccept(followed -> tell(line, OperatorJson.followed(followed)));
    }

    private synchronized void tell(Line line, byte[] now) {
        if (!Arrays.equals(now, told)) {
            told = now;
            line.say(ByteString.fromArrayUnsafe(SseFrames.event(null, "subscribers", now)));
        }
    }

    @Override
    public void channelIsOver(ChannelName channel) {
        // an event stream ends with its last channel
    }

    @Override
    public void lineIsDown(@Nullable Code code, Followed followed) {
        Cancellable running = looking;
        if (running != null) {
            running.cancel();
        }
        taps.closed();
    }
}
