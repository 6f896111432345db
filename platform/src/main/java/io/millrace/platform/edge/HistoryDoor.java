package io.millrace.platform.edge;

import io.millrace.persistence.Journal;
import io.millrace.persistence.Journal.Bounds;
import io.millrace.platform.access.Act;
import io.millrace.platform.access.Login;
import io.millrace.platform.connection.Views;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Control.Reset;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Filter;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.Position;
import io.millrace.protocol.ResetReason;
import io.millrace.protocol.Start;
import io.millrace.protocol.View;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/channels/{channel}/history}: a page of the log as JSON, from an offset, a cursor or a time on. With
 * {@code wait} it holds the answer back until there is something new, so that it can be a client's only transport.
 */
final class HistoryDoor {
    private final Logins logins;
    private final Views views;
    private final Journal journal;
    private final Epoch epoch;
    private final Capacity capacity;
    private final EdgeSettings.History settings;
    private final HistoryReading.Sources sources;

    HistoryDoor(Logins logins, Edge.Rooms rooms, Capacity capacity, EdgeSettings.History settings) {
        this.capacity = capacity;
        this.logins = logins;
        this.views = new Views(rooms.families());
        this.journal = rooms.journal();
        this.epoch = rooms.epoch();
        this.settings = settings;
        this.sources = new HistoryReading.Sources(rooms.relays(), journal, epoch, settings.maxBytes());
    }

    CompletionStage<HttpResponse> read(Call call, ChannelName channel) {
        return logins.require(call).thenCompose(login -> read(call, login, Set.of(channel), wait(call)));
    }

    /** The channels that an alias names, as one page. */
    CompletionStage<HttpResponse> readAlias(Call call, Function<Login, Set<ChannelName>> asked) {
        return logins.require(call).thenCompose(login -> read(call, login, asked.apply(login), wait(call)));
    }

    private Duration wait(Call call) {
        Duration wait =
                Duration.ofSeconds(number(call, "wait", 0, 0, settings.maxWait().toSeconds()));
        if (!wait.isZero()) {
            capacity.requireRealtime();
        }
        return wait;
    }

    private CompletionStage<HttpResponse> read(Call call, Login login, Set<ChannelName> channels, Duration wait) {
        int limit = (int) number(call, "limit", settings.defaultLimit(), 1, settings.maxLimit());
        channels.forEach(channel -> logins.requireAct(login, Act.HISTORY, channel));
        boolean alone = channels.size() == 1;
        return together(channels, channel -> reading(call, login, channel, limit, alone ? wait : Duration.ZERO))
                .thenCompose(reads -> {
                    boolean quiet = reads.stream()
                            .allMatch(read -> read.events().isEmpty() && read.reset() == null && !read.isLast());
                    if (quiet && !alone && !wait.isZero()) {
                        return untilNews(call, login, channels, wait)
                                .thenCompose(news -> read(call, login, channels, Duration.ZERO));
                    }
                    channels.forEach(channel -> logins.requireAct(login, Act.HISTORY, channel)); // it may be gone
                    byte[] page = new HistoryWords(call.preset(), epoch).page(reads, limit);
                    return CompletableFuture.completedFuture(Replies.json(200, page));
                });
    }

    private CompletionStage<HistoryReading.Read> reading(
            Call call, Login login, ChannelName channel, int limit, Duration wait) {
        Filter filter = call.filter();
        views.requireFilterable(channel, filter);
        View view = views.of(login, channel, filter);
        return begin(call, channel)
                .thenCompose(begin ->
                        new HistoryReading(sources, channel, view, begin.after(), begin.reset(), limit, wait).page());
    }

    private static CompletionStage<List<HistoryReading.Read>> together(
            Set<ChannelName> channels, Function<ChannelName, CompletionStage<HistoryReading.Read>> reading) {
        List<CompletableFuture<HistoryReading.Read>> each = channels.stream()
                .map(channel -> reading.apply(channel).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
                .thenApply(all -> each.stream().map(CompletableFuture::join).toList());
    }

    /** Ends when one of the channels has something new, or the time is over. */
    private CompletionStage<Object> untilNews(Call call, Login login, Set<ChannelName> channels, Duration wait) {
        return CompletableFuture.anyOf(channels.stream()
                .map(channel -> reading(call, login, channel, 1, wait).toCompletableFuture())
                .toArray(CompletableFuture[]::new));
    }

    /** Where the page begins; {@code reset} says that it isn't where the client asked. */
    private record Begin(long after, @Nullable Reset reset) {}

    private CompletionStage<Begin> begin(Call call, ChannelName channel) {
        String after = call.parameter("after");
        String since = call.parameter("since");
        if (after != null && since != null) {
            throw new InvalidInput(Code.INVALID_PARAMETER, "after", "send either after or since");
        }
        if (since != null) {
            if (!(start(call, since) instanceof Start.Since time)) {
                throw new InvalidInput(
                        Code.INVALID_PARAMETER, "since", "must be a time with its zone such as 2026-01-31T12:00:00Z");
            }
            return journal.offsetBefore(channel, time.time())
                    .thenCombine(
                            journal.bounds(channel),
                            (offset, bounds) -> new Begin(Math.max(offset, bounds.availableFrom() - 1), null));
        }
        if (after == null) {
            return journal.bounds(channel).thenApply(bounds -> new Begin(bounds.availableFrom() - 1, null));
        }
        Position position = position(after, channel);
        return journal.bounds(channel).thenApply(bounds -> within(channel, position, bounds));
    }

    /** Another system's clients may know the time in milliseconds since 1970. */
    private static Start start(Call call, String since) {
        return call.preset() != null && since.matches("[0-9]{1,15}")
                ? new Start.Since(Instant.ofEpochMilli(Long.parseLong(since)))
                : Start.parse(since);
    }

    private @Nullable Position position(String after, ChannelName channel) {
        if (!after.isEmpty() && after.chars().allMatch(c -> c >= '0' && c <= '9')) {
            if (after.length() > 16) {
                throw new InvalidInput(Code.INVALID_PARAMETER, "after", "an offset is at most 2^53 - 1");
            }
            return new Position(epoch, Long.parseLong(after));
        }
        if (Cursor.parse(after) instanceof Cursor.Valid valid) {
            return valid.cursor().find(channel) instanceof Cursor.At at ? at.position() : null;
        }
        throw new InvalidInput(Code.INVALID_CURSOR, "after", "must be an offset, or an event's id as it was received");
    }

    private Begin within(ChannelName channel, @Nullable Position asked, Bounds bounds) {
        ResetReason reason = null;
        if (asked == null) {
            reason = ResetReason.FOREIGN;
        } else if (!asked.epoch().equals(epoch)) {
            reason = ResetReason.EPOCH;
        } else if (asked.offset() > bounds.head()) {
            reason = ResetReason.FUTURE;
        } else if (asked.offset() + 1 < bounds.availableFrom()) {
            reason = ResetReason.RETENTION;
        } else {
            return new Begin(asked.offset(), null);
        }
        return new Begin(
                bounds.availableFrom() - 1,
                new Reset(channel, asked, bounds.availableFrom(), bounds.head(), epoch, reason));
    }

    private static long number(Call call, String name, long otherwise, long min, long max) {
        String text = call.parameter(name);
        if (text == null) {
            return otherwise;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            // told below
        }
        throw new InvalidInput(Code.INVALID_PARAMETER, name, "must be a whole number from " + min + " to " + max);
    }
}
