package io.millrace.platform.relay;

import com.typesafe.config.Config;
import java.time.Duration;

/** The settings under {@code millrace.relay}. */
public record RelaySettings(Live live, Pages pages, Gather gather, Timing timing) {

    public static RelaySettings from(Config relay) {
        return new RelaySettings(
                new Live(relay.getInt("live-events"), relay.getBytes("live-bytes")),
                new Pages(relay.getInt("page-events"), Math.toIntExact(relay.getBytes("page-bytes"))),
                new Gather(
                        relay.getInt("gather-events"),
                        relay.getBytes("gather-bytes"),
                        relay.getInt("write-events"),
                        relay.getBytes("write-bytes")),
                new Timing(
                        relay.getDuration("lease-renewal"),
                        relay.getDuration("resend-after"),
                        relay.getDuration("publish-timeout"),
                        relay.getDuration("idle-after")));
    }

    private static void require(boolean holds, String key, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("millrace.relay." + key + ": " + rule);
        }
    }

    /** How much of a channel's newest events a node keeps ready, encoded. */
    public record Live(int events, long bytes) {
        public Live {
            require(events >= 1, "live-events", "1 or more");
            require(bytes >= 64 * 1024, "live-bytes", "64 KiB or more");
        }
    }

    /** How much one read of the journal brings. */
    public record Pages(int events, int bytes) {
        public Pages {
            require(events >= 1 && events <= 100_000, "page-events", "1 to 100000");
            require(bytes >= 64 * 1024, "page-bytes", "64 KiB or more");
        }
    }

    /** How much may wait while a write is under way, and how much one write takes along. */
    public record Gather(int events, long bytes, int writeEvents, long writeBytes) {
        public Gather {
            require(events >= 1, "gather-events", "1 or more");
            require(bytes >= 64 * 1024, "gather-bytes", "64 KiB or more");
            require(writeEvents >= 1 && writeEvents <= events, "write-events", "1 to gather-events");
            require(
                    writeBytes >= 64 * 1024 && writeBytes <= bytes && writeBytes <= 2 * 1024 * 1024,
                    "write-bytes",
                    "64 KiB to gather-bytes, and 2 MiB at the most, since a write must fit one frame between nodes");
        }
    }

    /** When things are done again, and when they are given up. */
    public record Timing(Duration leaseRenewal, Duration resendAfter, Duration publishTimeout, Duration idleAfter) {
        public Timing {
            require(leaseRenewal.toMillis() >= 100, "lease-renewal", "100ms or more");
            require(resendAfter.toMillis() >= 100, "resend-after", "100ms or more");
            require(publishTimeout.compareTo(resendAfter) > 0, "publish-timeout", "longer than resend-after");
            require(idleAfter.toMillis() >= 1000, "idle-after", "1s or more");
        }
    }
}
