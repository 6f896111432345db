package io.millrace.persistence;

import io.millrace.protocol.ChannelName;

/** Under which persistence id a channel's records stand in the journal: {@code channel|} and its name. */
public final class PersistenceIds {
    static final String CHANNEL_PREFIX = "channel|";

    private PersistenceIds() {}

    public static String persistenceId(ChannelName channel) {
        return CHANNEL_PREFIX + channel.value();
    }

    static ChannelName channel(String persistenceId) {
        return ChannelName.of(persistenceId.substring(CHANNEL_PREFIX.length()));
    }
}
