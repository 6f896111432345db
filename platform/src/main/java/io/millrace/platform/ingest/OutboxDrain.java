package io.millrace.platform.ingest;

import io.millrace.persistence.LeasedSession;
import io.millrace.persistence.Outbox;
import io.millrace.platform.access.Access;
import io.millrace.platform.access.Act;
import io.millrace.platform.access.Decision;
import io.millrace.platform.access.Grant;
import io.millrace.platform.access.Login;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Draft;
import io.millrace.protocol.EventType;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.JsonInput;
import io.millrace.protocol.Refusal;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a database's outbox: each row becomes one event, in the order of the rows within its channel, and leaves the table
 * once its event stands. A row that can never become one is put aside with the reason, and what comes behind it goes on.
 * The row's key makes it one event, whatever dies in between.
 */
final class OutboxDrain implements Line.Work {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxDrain.class);

    /** No event can be larger, whatever its family says; such a row's data stays in the database. */
    private static final int ROW_BYTES = 1024 * 1024;

    private static final int ROUND_BYTES = 4 * 1024 * 1024;
    private static final int WRITE_BYTES = 768 * 1024;

    /** A slow channel holds the others up for at most this. */
    private static final Duration TOGETHER = Duration.ofMillis(200);

    private final IngestSettings.OutboxTable table;
    private final IngestSettings settings;
    private final Access access;
    private final Clock clock;
    private final Login login;
    private final Relays relays;
    private final IngestMeters meters;
    private Lanes<Outbox.Row> lanes;
    private long lookedNanos;
    private volatile Outbox.Waiting waiting = new Outbox.Waiting(0, Duration.ZERO, 0);

    OutboxDrain(
            IngestSettings.OutboxTable table,
            IngestSettings settings,
            Relays relays,
            Access access,
            Clock clock,
            IngestMeters meters) {
        this.table = table;
        this.settings = settings;
        this.access = access;
        this.clock = clock;
        this.login = new Login(
                name(),
                null,
                table.channels().stream()
                        .map(channels -> new Grant(channels, Set.of(Act.PUBLISH), false))
                        .toList(),
                null,
                null,
                Map.of());
        this.relays = relays;
        this.meters = meters;
        this.lanes = new Lanes<>(relays, name());
    }

    @Override
    public String name() {
        return "outbox:" + table.database();
    }

    @Override
    public void begin(LeasedSession session) throws SQLException {
        lanes = new Lanes<>(relays, name());
        session.listen(Outbox.WAKE);
        if (table.create()) {
            new Outbox(session).create();
        }
    }

    @Override
    public void round(LeasedSession session) throws SQLException, InterruptedException {
        Outbox outbox = new Outbox(session);
        List<String> without = lanes.held().stream().map(ChannelName::value).toList();
        List<Outbox.Row> rows = outbox.next(settings.batch(), ROUND_BYTES, ROW_BYTES, without);
        Map<Long, String> refused = new HashMap<>();
        send(rows, refused);
        settle(outbox, refused);
        look(outbox);
        boolean nothing = rows.isEmpty();
        session.notices(!nothing ? Duration.ZERO : without.isEmpty() ? settings.poll() : TOGETHER);
    }

    /** Hands each channel's rows to its lane, as many as fit into one write. */
    private void send(List<Outbox.Row> rows, Map<Long, String> refused) {
        Map<ChannelName, List<Lanes.Item<Outbox.Row>>> channels = new LinkedHashMap<>();
        Map<ChannelName, Integer> bytes = new HashMap<>();
        for (Outbox.Row row : rows) {
            try {
                ChannelName channel = channel(row);
                Draft draft = draft(row);
                if (bytes.merge(channel, draft.data().size(), Integer::sum) <= WRITE_BYTES
                        || !channels.containsKey(channel)) {
                    channels.computeIfAbsent(channel, first -> new ArrayList<>())
                            .add(new Lanes.Item<>(row, draft));
                }
            } catch (InvalidInput wrong) {
                refused.put(row.id(), reason(Refusal.of(wrong)));
            }
        }
        channels.forEach(lanes::send);
    }

    private ChannelName channel(Outbox.Row row) {
        ChannelName channel = ChannelName.of(row.channel());
        if (access.decide(login, Act.PUBLISH, channel, clock.instant()) instanceof Decision.Denied denied) {
            throw new InvalidInput(Code.FORBIDDEN, "channel", denied.why());
        }
        return channel;
    }

    private static Draft draft(Outbox.Row row) {
        String data = row.data();
        if (data == null) {
            throw new InvalidInput(Code.EVENT_TOO_LARGE, "data", "at most " + ROW_BYTES + " bytes");
        }
        return new Draft(
                EventType.of(row.type()),
                JsonInput.data(data.getBytes(StandardCharsets.UTF_8), JsonInput.Limits.ofBytes(ROW_BYTES)),
                row.source(),
                row.key());
    }

    private void settle(Outbox outbox, Map<Long, String> refused) throws SQLException, InterruptedException {
        List<Long> done = new ArrayList<>();
        for (Lanes.Settled<Outbox.Row> each : lanes.settled(TOGETHER)) {
            if (each.outcome() instanceof Lanes.Outcome.Stored) {
                done.add(each.from().id());
            } else if (each.outcome() instanceof Lanes.Outcome.Refused no) {
                refused.put(each.from().id(), reason(no.refusal()));
            }
        }
        if (!done.isEmpty() || !refused.isEmpty()) {
            outbox.settle(done, refused);
            meters.stored(name(), done.size());
            meters.refused(name(), refused.size());
            refused.forEach((row, why) -> LOG.warn("{}: row {} was put aside: {}", name(), row, why));
        }
    }

    private static String reason(Refusal refusal) {
        return refusal.code().code() + ": " + refusal.detail();
    }

    private void look(Outbox outbox) throws SQLException {
        if (System.nanoTime() - lookedNanos > settings.poll().toNanos()) {
            waiting = outbox.waiting();
            lookedNanos = System.nanoTime();
        }
    }

    Outbox.Waiting waiting() {
        return waiting;
    }

    @Override
    public Map<String, Object> figures() {
        Outbox.Waiting now = waiting;
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("waitingRows", now.rows());
        figures.put("oldestSeconds", now.oldest().toMillis() / 1000.0);
        figures.put("refusedRows", now.refused());
        return figures;
    }
}
