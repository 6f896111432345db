package io.millrace.platform.channel;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueType;
import io.millrace.platform.channel.KeyMemory.DedupeSettings;
import io.millrace.protocol.ChannelName;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The settings under {@code millrace.channel} and the retention of each family under {@code millrace.families}. */
public record ChannelSettings(
        DedupeSettings dedupe,
        Retention retention,
        Map<String, Retention> familyRetention,
        RetentionWork work,
        int snapshotEvery,
        Duration followLease,
        int announceRemoteBytes) {

    public ChannelSettings {
        familyRetention = Map.copyOf(familyRetention);
        require(snapshotEvery >= 10, "millrace.channel.snapshot-every", "10 or more records");
        require(followLease.toMillis() >= 1000, "millrace.channel.follow-lease", "1s or more");
        require(
                announceRemoteBytes >= 1024 && announceRemoteBytes <= 1024 * 1024,
                "millrace.channel.announce-remote-bytes",
                "1 KiB to 1 MiB");
    }

    public static ChannelSettings from(Config millrace) {
        Config channel = millrace.getConfig("channel");
        Config dedupe = channel.getConfig("dedupe");
        Config work = channel.getConfig("retention-work");
        Config retention = channel.getConfig("retention");
        return new ChannelSettings(
                new DedupeSettings(dedupe.getDuration("window"), dedupe.getInt("at-least"), dedupe.getInt("at-most")),
                Retention.from("millrace.channel.retention", retention),
                families(millrace.getConfig("families"), retention),
                new RetentionWork(
                        work.getDuration("check-interval"),
                        work.getDuration("sweep-interval"),
                        work.getInt("delete-rows")),
                channel.getInt("snapshot-every"),
                channel.getDuration("follow-lease"),
                Math.toIntExact(channel.getBytes("announce-remote-bytes")));
    }

    /** How long the events of this channel are kept. */
    public Retention retentionOf(ChannelName channel) {
        return familyRetention.getOrDefault(channel.family(), retention);
    }

    private static Map<String, Retention> families(Config families, Config defaults) {
        Map<String, Retention> byFamily = new HashMap<>();
        for (String family : families.root().keySet()) {
            require(
                    families.root().get(family).valueType() == ConfigValueType.OBJECT,
                    "millrace.families." + family,
                    "an object such as { retention { max-events = 1000 } }");
            for (String key : families.getObject("\"" + family + "\"").keySet()) {
                require(
                        key.equals("retention"),
                        "millrace.families." + family + "." + key,
                        "unknown; there is retention");
            }
            Config own = families.getConfig("\"" + family + "\"");
            if (own.hasPath("retention")) {
                byFamily.put(
                        family,
                        Retention.from(
                                "millrace.families." + family + ".retention",
                                own.getConfig("retention").withFallback(defaults)));
            }
        }
        return byFamily;
    }

    private static void require(boolean holds, String key, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(key + ": " + rule);
        }
    }

    /**
     * How much of a channel is kept; what is over either bound is given up.
     *
     * @param maxEvents the newest so many events are always kept, but for their age; 1 or more
     * @param maxAge events older than this are given up
     */
    public record Retention(long maxEvents, Duration maxAge) {
        static Retention from(String key, Config config) {
            for (String name : config.root().keySet()) {
                boolean known = name.equals("max-events") || name.equals("max-age");
                require(known, key + "." + name, "unknown; there are max-events and max-age");
            }
            long maxEvents = config.getLong("max-events");
            Duration maxAge = config.getDuration("max-age");
            require(maxEvents >= 1, key + ".max-events", "1 or more");
            require(maxAge.toMillis() >= 1000, key + ".max-age", "1s or more");
            return new Retention(maxEvents, maxAge);
        }
    }

    /**
     * How the giving up is done.
     *
     * @param checkInterval how often a channel that is awake looks at its bounds
     * @param sweepInterval how often one node of the cluster looks for channels that are asleep and too old
     * @param deleteRows how many journal rows one step deletes
     */
    public record RetentionWork(Duration checkInterval, Duration sweepInterval, int deleteRows) {
        public RetentionWork {
            require(checkInterval.toMillis() >= 100, "millrace.channel.retention-work.check-interval", "100ms or more");
            require(sweepInterval.toMillis() >= 1000, "millrace.channel.retention-work.sweep-interval", "1s or more");
            require(
                    deleteRows >= 1 && deleteRows <= 100_000,
                    "millrace.channel.retention-work.delete-rows",
                    "1 to 100000");
        }
    }
}
