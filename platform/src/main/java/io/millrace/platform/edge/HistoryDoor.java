package io.millrace.platform.edge;

import io.millrace.persistence.Journal;
import io.millrace.persistence.Journal.Bounds;
import io.millrace.persistence.Journal.Page;
import io.millrace.platform.access.Act;
import io.millrace.platform.relay.Feed;
import io.millrace.platform.relay.Listener;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Control.Reset;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Event;
import io.millrace.protocol.EventJson;
import io.millrace.protocol.HistoryPage;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.Position;
import io.millrace.protocol.ResetReason;
import io.millrace.protocol.Start;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/channels/{channel}/history}: a page of the log as JSON, from an offset, a cursor or a time on. With
 * {@code wait} it holds the answer back until there is something new, so that it can be a client's only transport.
 */
final class HistoryDoor {
    private final Logins logins;
    private final Relays relays;
    private final Journal journal;
    private final Epoch epoch;
    private final EdgeSettings.History settings;

    HistoryDoor(Logins logins, Relays relays, Journal journal, Epoch epoch, EdgeSettings.History settings) {
        this.logins = logins;
        this.relays = relays;
        this.journal = journal;
        this.epoch = epoch;
        this.settings = settings;
    }

    CompletionStage<HttpResponse> read(Call call, ChannelName channel) {
        return logins.require(call).thenCompose(login -> {
            logins.requireAct(login, Act.HISTORY, channel);
            int limit = (int) number(call, "limit", settings.defaultLimit(), 1, settings.maxLimit());
            Duration wait = Duration.ofSeconds(
                    number(call, "wait", 0, 0, settings.maxWait().toSeconds()));
            return begin(call, channel)
                    .thenCompose(begin -> page(channel, begin, limit, wait))
                    .thenApply(page -> {
                        logins.requireAct(login, Act.HISTORY, channel); // it may have been taken back meanwhile
                        return Replies.json(200, page.json());
                    });
        });
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
            if (!(Start.parse(since) instanceof Start.Since time)) {
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

    private CompletionStage<HistoryPage> page(ChannelName channel, Begin begin, int limit, Duration wait) {
        return read(channel, begin, limit).thenCompose(page -> {
            boolean answerNow = !page.events().isEmpty() || wait.isZero() || begin.reset() != null;
            return answerNow
                    ? CompletableFuture.completedFuture(json(channel, begin, page))
                    : untilNews(channel, begin.after(), wait)
                            .thenCompose(news -> read(channel, begin, limit))
                            .thenApply(later -> json(channel, begin, later));
        });
    }

    private CompletionStage<Page> read(ChannelName channel, Begin begin, int limit) {
        return journal.read(channel, begin.after(), begin.after() + limit, settings.maxBytes());
    }

    /** Ends when the channel's head is beyond {@code after}, or the time is over. */
    private CompletionStage<Boolean> untilNews(ChannelName channel, long after, Duration wait) {
        CompletableFuture<Boolean> news = new CompletableFuture<>();
        Listener listener = new News(news);
        CompletionStage<Feed> joining = relays.join(channel, listener);
        joining.thenAccept(feed -> {
            if (feed.live().head() > after) {
                news.complete(true);
            }
            news.whenComplete((done, failure) -> feed.leave(listener));
        });
        return news.completeOnTimeout(false, wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Something new has come, or can only be found by looking again. */
    private record News(CompletableFuture<Boolean> heard) implements Listener {
        @Override
        public void wake() {
            heard.complete(true);
        }

        @Override
        public void lost() {
            heard.complete(false);
        }
    }

    private HistoryPage json(ChannelName channel, Begin begin, Page page) {
        Cursor.Stamp stamp = Cursor.stamp(channel, epoch);
        List<byte[]> events = page.events().stream()
                .map(event -> EventJson.bytes(channel, epoch, stamp.at(event.offset()), event))
                .toList();
        List<Event> read = page.events();
        long last = read.isEmpty() ? begin.after() : read.get(read.size() - 1).offset();
        HistoryPage whole = new HistoryPage(
                channel, epoch, page.bounds().head(), page.bounds().availableFrom(), events, stamp.at(last));
        Reset reset = begin.reset();
        return reset == null ? whole : whole.after(reset);
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
