package io.millrace.persistence;

import io.millrace.protocol.ChannelName;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** {@link Journal} on the plugin's own table: each question is one piece of work for the {@link ReadPool}. */
final class PostgresJournal implements Journal {
    private final ReadPool pool;

    PostgresJournal(ReadPool pool) {
        this.pool = pool;
    }

    @Override
    public CompletionStage<Bounds> bounds(ChannelName channel) {
        return pool.read("the bounds of " + channel, connection -> PageReading.bounds(connection, channel));
    }

    @Override
    public CompletionStage<Page> read(ChannelName channel, long after, long upTo, int maxBytes) {
        PageReading reading = new PageReading(channel, after, upTo, maxBytes);
        return pool.read("events of " + channel, reading::on);
    }

    @Override
    public CompletionStage<Long> offsetBefore(ChannelName channel, Instant time) {
        return pool.read("an offset of " + channel, connection -> TimeSearch.on(connection, channel, time));
    }

    @Override
    public CompletionStage<Integer> delete(ChannelName channel, long upTo, long maxSequenceNr, int maxRows) {
        return pool.change(
                "a deletion in " + channel,
                connection -> JournalSweep.delete(connection, channel, upTo, maxSequenceNr, maxRows));
    }

    @Override
    public CompletionStage<List<KeptSince>> channels(String afterName, int limit) {
        return pool.read("the list of channels", connection -> JournalSweep.channels(connection, afterName, limit));
    }
}
