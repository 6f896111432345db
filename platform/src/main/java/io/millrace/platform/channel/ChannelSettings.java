package io.millrace.platform.channel;

import com.typesafe.config.Config;
import io.millrace.platform.channel.KeyMemory.DedupeSettings;
import java.time.Duration;

/** The settings under {@code millrace.channel}; what a single channel promises stands in its family. */
public record ChannelSettings(
        DedupeSettings dedupe, RetentionWork work, int snapshotEvery, Duration followLease, int announceRemoteBytes) {

    public ChannelSettings {
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
        return new ChannelSettings(
                new DedupeSettings(dedupe.getDuration("window"), dedupe.getInt("at-least"), dedupe.getInt("at-most")),
                new RetentionWork(
                        work.getDuration("check-interval"),
                        work.getDuration("sweep-interval"),
                        work.getInt("delete-rows")),
                channel.getInt("snapshot-every"),
                channel.getDuration("follow-lease"),
                Math.toIntExact(channel.getBytes("announce-remote-bytes")));
    }

    private static void require(boolean holds, String key, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(key + ": " + rule);
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
