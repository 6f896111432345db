package io.millrace.platform.channel;

import io.millrace.persistence.ChannelSnapshot.KnownKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The idempotency keys a channel remembers, oldest first. A key is forgotten once it is older than the window, measured
 * between event times and not by the clock, but the newest {@code atLeast} keys stay whatever their age, so that a clock
 * that jumps ahead can't make a publisher's retry a second event; and never more than {@code atMost} are kept.
 */
final class KeyMemory {
    private final DedupeSettings settings;
    private final Map<String, KnownKey> keys = new LinkedHashMap<>();

    KeyMemory(DedupeSettings settings, List<KnownKey> known) {
        this.settings = settings;
        known.forEach(key -> keys.put(key.key(), key));
    }

    @Nullable
    KnownKey find(String key) {
        return keys.get(key);
    }

    void remember(KnownKey key) {
        keys.remove(key.key());
        keys.put(key.key(), key);
        forgetWhatIsOld(key.timeMillis());
    }

    List<KnownKey> oldestFirst() {
        return new ArrayList<>(keys.values());
    }

    private void forgetWhatIsOld(long nowMillis) {
        long oldest = nowMillis - settings.window().toMillis();
        Iterator<KnownKey> fromOldest = keys.values().iterator();
        while (keys.size() > settings.atLeast() && fromOldest.hasNext()) {
            if (fromOldest.next().timeMillis() >= oldest && keys.size() <= settings.atMost()) {
                return;
            }
            fromOldest.remove();
        }
    }

    /**
     * How long keys are remembered.
     *
     * @param window for how long at least, while there are fewer than {@code atMost}
     * @param atLeast how many of the newest are kept whatever their age
     * @param atMost how many are kept at the most, which bounds the memory of a hot channel
     */
    record DedupeSettings(Duration window, int atLeast, int atMost) {
        DedupeSettings {
            if (window.isNegative() || window.isZero()) {
                throw new IllegalArgumentException("millrace.channel.dedupe.window: longer than 0");
            }
            if (atLeast < 1 || atMost < atLeast) {
                throw new IllegalArgumentException(
                        "millrace.channel.dedupe: 1 <= at-least <= at-most must hold, not " + atLeast + ", " + atMost);
            }
        }
    }
}
