package io.millrace.platform.relay;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.millrace.platform.family.Families;
import io.millrace.platform.family.Family;
import io.millrace.platform.family.Family.Rate;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Draft;
import io.millrace.protocol.EventType;
import io.millrace.protocol.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a publish before its channel is troubled with it: that no event bears a preset's name for a control
 * event, and, by its family, the size of each event, and how fast one publisher may go on this node. Every way in comes
 * through here. Safe for use by many threads.
 */
final class Admission {
    /** Publishers that were heard lately; one that is forgotten begins with a whole burst again. */
    private static final int PUBLISHERS_REMEMBERED = 100_000;

    private final Families families;
    private final Set<String> controlNames;
    private final RelayMeters meters;
    private final LoadingCache<Publisher, Bucket> buckets;

    /** @param controlNames what presets call control events */
    Admission(Families families, Set<String> controlNames, RelayMeters meters) {
        this.families = families;
        this.controlNames = controlNames;
        this.meters = meters;
        this.buckets = Caffeine.newBuilder()
                .maximumSize(PUBLISHERS_REMEMBERED)
                .build(publisher ->
                        bucket(families.of(publisher.family()).publishing().publisherRate()));
    }

    private record Publisher(String name, String family) {}

    /** Null where the events may go on to their channel; otherwise why not one of them may. */
    @Nullable
    Refusal refusal(ChannelName channel, String publisher, List<Draft> drafts) {
        Family family = families.of(channel);
        int most = family.publishing().eventBytes();
        for (int i = 0; i < drafts.size(); i++) {
            Draft draft = drafts.get(i);
            if (passesForControl(draft.type())) {
                return Refusal.of(
                        Code.INVALID_TYPE,
                        "type: '" + draft.type() + "' is a preset's name for a control event; use another name, such as"
                                + " 'app." + draft.type() + "'");
            }
            if (draft.data().size() > most) {
                meters.tooLarge.increment();
                String item = drafts.size() == 1 ? "" : "event number " + i + ": ";
                return Refusal.of(
                        Code.EVENT_TOO_LARGE,
                        item + "an event's data on " + family.name() + " channels is at most " + most + " bytes");
            }
        }
        return family.publishing().publisherRate().isLimited() ? tooFast(family, publisher, drafts.size()) : null;
    }

    private boolean passesForControl(EventType type) {
        return !controlNames.isEmpty() && !type.isEnd() && controlNames.contains(type.value());
    }

    /** More at once than a whole burst is let through when the bucket is full; it could never come otherwise. */
    private @Nullable Refusal tooFast(Family family, String publisher, int events) {
        Rate rate = family.publishing().publisherRate();
        Bucket bucket = buckets.get(new Publisher(publisher, family.name()));
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(Math.min(events, rate.burst()));
        if (probe.isConsumed()) {
            return null;
        }
        meters.publisherLimited.increment();
        return Refusal.of(
                Code.RATE_LIMITED,
                "one publisher may publish " + rate.events() + " events in "
                        + rate.per().toMillis() + " ms to " + family.name() + " channels",
                Duration.ofNanos(probe.getNanosToWaitForRefill()));
    }

    private static Bucket bucket(Rate rate) {
        return Bucket.builder()
                .withNanosecondPrecision()
                .addLimit(limit -> limit.capacity(rate.burst()).refillGreedy(rate.events(), rate.per()))
                .build();
    }
}
