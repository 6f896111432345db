package io.millrace.platform.channel;

import io.millrace.persistence.ChannelSnapshot.KnownCommand;
import io.millrace.platform.channel.KeyMemory.DedupeSettings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The commands a channel remembers, oldest first, as long as {@link KeyMemory} remembers keys. Of their replies only the
 * newest are kept, up to a bound in bytes; an older command that comes again is answered without one.
 */
final class CommandMemory {
    private static final int REPLY_BYTES = 1024 * 1024;

    private final DedupeSettings settings;
    private final Map<String, KnownCommand> commands = new LinkedHashMap<>();
    private final Deque<KnownCommand> withReply = new ArrayDeque<>();
    private long replyBytes;

    CommandMemory(DedupeSettings settings, List<KnownCommand> known) {
        this.settings = settings;
        known.forEach(this::put);
    }

    @Nullable
    KnownCommand find(String id) {
        return commands.get(id);
    }

    void remember(KnownCommand command) {
        put(command);
        long oldest = command.timeMillis() - settings.window().toMillis();
        Iterator<KnownCommand> fromOldest = commands.values().iterator();
        while (commands.size() > settings.atLeast() && fromOldest.hasNext()) {
            if (fromOldest.next().timeMillis() >= oldest && commands.size() <= settings.atMost()) {
                return;
            }
            fromOldest.remove();
        }
    }

    List<KnownCommand> oldestFirst() {
        return new ArrayList<>(commands.values());
    }

    private void put(KnownCommand command) {
        commands.remove(command.id());
        commands.put(command.id(), command);
        if (command.reply() != null) {
            withReply.add(command);
            replyBytes += command.reply().size();
        }
        while (replyBytes > REPLY_BYTES && withReply.size() > 1) {
            forgetReply(withReply.remove());
        }
    }

    private void forgetReply(KnownCommand old) {
        replyBytes -= old.reply() == null ? 0 : old.reply().size();
        KnownCommand without =
                new KnownCommand(old.id(), old.firstOffset(), old.events(), old.timeMillis(), old.fingerprint(), null);
        commands.replace(old.id(), old, without);
    }
}
