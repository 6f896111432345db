package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.platform.presence.Change;
import io.millrace.platform.presence.Here;
import io.millrace.platform.presence.Presences;
import io.millrace.platform.presence.Watcher;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Control;
import io.millrace.protocol.PresentUser;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which channels a connection is on: keeps its card, and, where the family's presence is on, makes its user present and
 * hears who else is. Its actor's own.
 */
final class Attendance {
    /** So many users are told in one event; the count tells of the rest. */
    static final int TOLD = 1000;

    private final Card card;
    private final Presences presences;
    private final Map<ChannelName, Watcher> watching = new HashMap<>();

    Attendance(Card card, Presences presences) {
        this.card = card;
        this.presences = presences;
    }

    void begins(Login login) {
        Traffic.connected(card, login);
    }

    /** @param hears takes what is to be said of others; null where the client didn't ask for it */
    void follows(ChannelName channel, @Nullable Consumer<Control.Presence> hears) {
        card.follows(channel);
        Traffic.subscribed(card, channel);
        Login login = card.login();
        if (login == null || !presences.isOn(channel)) {
            return;
        }
        presences.enter(channel, login.subject(), card.id().value());
        if (hears != null) {
            Watcher watcher = watcher(channel, hears);
            watching.put(channel, watcher);
            presences.watch(channel, watcher);
        }
    }

    void leaves(ChannelName channel) {
        if (!card.channels().contains(channel)) {
            return;
        }
        card.leaves(channel);
        Login login = card.login();
        if (login != null && presences.isOn(channel)) {
            presences.leave(channel, login.subject(), card.id().value());
        }
        Watcher watcher = watching.remove(channel);
        if (watcher != null) {
            presences.unwatch(channel, watcher);
        }
    }

    /** Whether the client hears who else is there. */
    boolean hears(String channel) {
        return watching.keySet().stream().anyMatch(each -> each.value().equals(channel));
    }

    /** Nobody listens any more, while the user stays. */
    void hearsNoMore() {
        watching.forEach(presences::unwatch);
        watching.clear();
    }

    void isOver() {
        List.copyOf(card.channels()).forEach(this::leaves);
    }

    private static Watcher watcher(ChannelName channel, Consumer<Control.Presence> hears) {
        return new Watcher() {
            @Override
            public void state(List<Here> here, long timeMillis) {
                hears.accept(Attendance.state(channel, here, Instant.ofEpochMilli(timeMillis)));
            }

            @Override
            public void changed(Change change) {
                hears.accept(Control.Presence.change(
                        channel, change.user(), change.here(), Instant.ofEpochMilli(change.timeMillis())));
            }
        };
    }

    static Control.Presence state(ChannelName channel, List<Here> here, Instant time) {
        return Control.Presence.state(channel, users(here), here.size(), time);
    }

    static List<PresentUser> users(Collection<Here> here) {
        return here.stream()
                .limit(TOLD)
                .map(each -> new PresentUser(
                        each.user(),
                        each.connections(),
                        each.connections() == 0 ? null : Instant.ofEpochMilli(each.sinceMillis()),
                        Instant.ofEpochMilli(each.seenMillis())))
                .toList();
    }
}
