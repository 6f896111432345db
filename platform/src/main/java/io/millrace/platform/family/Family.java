package io.millrace.platform.family;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What every channel of one family promises. A channel's family is its name up to the first colon.
 *
 * @param name of the family, also where nothing but the defaults is set for it
 * @param kind what becomes of its events: kept, the newest only, or passed on and forgotten
 * @param retention how much of a channel is kept
 * @param publishing what may be published, by whom and how fast
 * @param hearing who may listen, and how it is delivered
 * @param privacy what single listeners don't get to see
 * @param behaviour what commands do to a channel: {@code log}, {@code keyed}, {@code document} or an own one's name
 */
public record Family(
        String name,
        Kind kind,
        Retention retention,
        Publishing publishing,
        Hearing hearing,
        Privacy privacy,
        String behaviour) {

    public static final String LOG = "log";

    Family unveiled() {
        return new Family(name, kind, retention, publishing, hearing, Privacy.NONE, behaviour);
    }

    public Family {
        require(!behaviour.isBlank(), "behaviour", "log, keyed, document, or the name of a behaviour of your own");
        require(
                kind != Kind.EPHEMERAL || behaviour.equals(LOG),
                "behaviour",
                "must be log where class is ephemeral, since a state needs a journal");
        require(
                kind != Kind.EPHEMERAL || !hearing.wildcard(),
                "wildcard",
                "must be off where class is ephemeral, since a wildcard is heard through the journal");
    }

    static void require(boolean holds, String key, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(key + ": " + rule);
        }
    }

    /** Whether its events stand in the journal before they are acknowledged. */
    public boolean isJournaled() {
        return kind != Kind.EPHEMERAL;
    }

    /** What becomes of an event. */
    public enum Kind {
        /** Journaled before it is acknowledged, and never dropped. */
        DURABLE,
        /** Journaled, but only the newest of each value key must arrive: where it goes too fast, older ones may be left out. */
        LATEST,
        /** Passed on and never journaled: best effort, counted where it is dropped. */
        EPHEMERAL
    }

    /** Who may do a thing on the family's channels; deny rules go before both. */
    public enum Who {
        /** Whom a token's grants name. */
        GRANTED,
        /** Every valid login. */
        AUTHENTICATED,
        /** Whose id the channel's name ends in: {@code …:{user}}, or {@code …:entity:{entity}}. */
        OWN
    }

    /** What happens to a listener who falls behind what a node keeps ready. */
    public enum SlowClient {
        /** It reads on from the journal and misses nothing. */
        CATCH_UP,
        /** It goes on with the newest event of each value key; what it misses is counted. */
        LATEST,
        /** It is cut off with the code slow-client, and comes back by its cursor. */
        DISCONNECT
    }

    /**
     * How much of a channel is kept; what is over either bound is given up.
     *
     * @param maxEvents the newest so many events are always kept, but for their age; 1 or more
     * @param maxAge events older than this are given up; 1 s or more
     */
    public record Retention(long maxEvents, Duration maxAge) {
        public Retention {
            require(maxEvents >= 1, "retention.max-events", "1 or more");
            require(maxAge.toMillis() >= 1000, "retention.max-age", "1s or more");
        }
    }

    /**
     * What may be published.
     *
     * @param eventBytes the data of one event at the most
     * @param rate of one channel, exact in the whole cluster
     * @param publisherRate of one publisher on all channels of the family together, on each node
     */
    public record Publishing(Who allowed, int eventBytes, Rate rate, Rate publisherRate) {
        public Publishing {
            require(eventBytes >= 1024, "event-bytes", "1 KiB or more");
        }
    }

    /**
     * So many events in so long.
     *
     * @param events on the average; 0 is no limit
     * @param burst at once; never less than {@code events}
     */
    public record Rate(long events, Duration per, long burst) {
        public static final Rate UNLIMITED = new Rate(0, Duration.ofSeconds(1), 0);

        public Rate {
            require(events >= 0 && events <= 1_000_000_000, "events", "0 (no limit) to 1000000000");
            require(per.toMillis() >= 1 && per.compareTo(Duration.ofDays(1)) <= 0, "per", "1ms to 1d");
            require(burst >= 0 && burst <= 1_000_000_000, "burst", "0 (as many as events) to 1000000000");
            burst = Math.max(events, burst);
        }

        public boolean isLimited() {
            return events > 0;
        }
    }

    /**
     * How listeners are served.
     *
     * @param batchInterval longer than 0: what arrives within it goes out as one batch
     * @param wildcard whether {@code family:*} can be subscribed to
     * @param filters whether listeners may filter
     * @param presence whether it is kept and told who listens
     */
    public record Hearing(
            Who allowed,
            SlowClient slowClient,
            Duration batchInterval,
            boolean wildcard,
            boolean filters,
            boolean presence) {
        public Hearing {
            require(
                    !batchInterval.isNegative() && batchInterval.toMillis() <= 60_000,
                    "batch-interval",
                    "0s (each event by itself) to 60s");
        }
    }

    /**
     * What depends on the listener's login.
     *
     * @param claims an event is heard only by logins whose claim (value) equals the event's top-level data field (key)
     * @param masks fields that only some logins see
     */
    public record Privacy(Map<String, String> claims, List<Mask> masks) {
        public static final Privacy NONE = new Privacy(Map.of(), List.of());

        public Privacy {
            claims = Map.copyOf(claims);
            masks = List.copyOf(masks);
            claims.forEach((field, claim) -> require(
                    !field.isBlank() && !claim.isBlank(), "claims", "the name of a field = the name of a claim"));
        }

        public boolean isNone() {
            return claims.isEmpty() && masks.isEmpty();
        }
    }

    /** The top-level data field is replaced by null for logins whose claim has none of these values. */
    public record Mask(String field, String claim, List<String> values) {
        public Mask {
            values = List.copyOf(values);
            require(
                    !field.isBlank() && !claim.isBlank() && !values.isEmpty(),
                    "mask",
                    "each entry is { field = the data's field, claim = the login's claim, values = [\"who sees it\"] }");
        }
    }
}
