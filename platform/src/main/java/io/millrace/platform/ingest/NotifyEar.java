package io.millrace.platform.ingest;

import io.millrace.persistence.LeasedSession;
import io.millrace.persistence.LeasedSession.Notice;
import io.millrace.platform.ingest.IngestSettings.Notify;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Draft;
import io.millrace.protocol.EventType;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.JsonData;
import io.millrace.protocol.JsonInput;
import io.millrace.protocol.JsonMembers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes events of what a database calls out with NOTIFY, in the order of the commits. Nobody calls twice: what is called
 * out while no node listens, or can't be published for too long, is lost and counted. Who may lose nothing takes the
 * outbox.
 */
final class NotifyEar implements Line.Work {
    private static final Logger LOG = LoggerFactory.getLogger(NotifyEar.class);
    private static final int MOST_WAITING = 50_000;
    private static final int MOST_AT_ONCE = 500;
    private static final Duration TOGETHER = Duration.ofMillis(200);
    private static final JsonInput.Limits LIMITS = JsonInput.Limits.ofBytes(64 * 1024); // PostgreSQL's is 8000 bytes

    private final String database;
    private final List<Notify> rules;
    private final IngestSettings settings;
    private final Relays relays;
    private final IngestMeters meters;
    private final Map<ChannelName, Deque<Heard>> waiting = new HashMap<>();
    private volatile int waits;
    private Lanes<Heard> lanes;

    NotifyEar(String database, List<Notify> rules, IngestSettings settings, Relays relays, IngestMeters meters) {
        this.database = database;
        this.rules = rules;
        this.settings = settings;
        this.relays = relays;
        this.meters = meters;
        this.lanes = new Lanes<>(relays, name());
    }

    private record Heard(ChannelName channel, Draft draft, long nanos) {}

    @Override
    public String name() {
        return "notify:" + database;
    }

    @Override
    public void begin(LeasedSession session) throws SQLException {
        lanes = new Lanes<>(relays, name());
        for (String name : rules.stream().map(Notify::listen).distinct().toList()) {
            session.listen(name);
        }
    }

    @Override
    public void round(LeasedSession session) throws SQLException, InterruptedException {
        for (Notice notice : session.notices(waits == 0 ? settings.poll() : Duration.ZERO)) {
            rules.stream().filter(rule -> rule.listen().equals(notice.name())).forEach(rule -> hear(rule, notice));
        }
        Set<ChannelName> held = lanes.held();
        waiting.forEach((channel, line) -> {
            if (!held.contains(channel)) {
                lanes.send(channel, first(line));
            }
        });
        for (Lanes.Settled<Heard> each : lanes.settled(TOGETHER)) {
            settle(each);
        }
    }

    private void hear(Notify rule, Notice notice) {
        try {
            Heard heard = heard(rule, notice.payload());
            if (waits >= MOST_WAITING) {
                lost("more than " + MOST_WAITING + " wait");
                return;
            }
            waiting.computeIfAbsent(heard.channel(), first -> new ArrayDeque<>())
                    .add(heard);
            waits++;
        } catch (InvalidInput wrong) {
            LOG.warn("{}: what {} called out is no event: {}", name(), rule.listen(), wrong.getMessage());
            meters.refused(name(), 1);
        }
    }

    private static Heard heard(Notify rule, String payload) {
        JsonData data = data(payload);
        Map<String, JsonData> members = JsonMembers.of(data);
        Map<String, JsonData> fields = members == null ? Map.of() : members;
        String keyField = rule.key();
        // without a field of its own, a key keeps this one call from being two events when an answer is lost
        String key = keyField == null ? UUID.randomUUID().toString() : Template.scalar(fields, keyField);
        return new Heard(
                ChannelName.of(rule.channel().fill(fields)),
                new Draft(EventType.of(rule.type().fill(fields)), data, rule.source(), key),
                System.nanoTime());
    }

    /** A payload that is no JSON is a text. */
    private static JsonData data(String payload) {
        if (payload.isEmpty()) {
            return JsonMembers.NULL;
        }
        try {
            return JsonInput.data(payload.getBytes(StandardCharsets.UTF_8), LIMITS);
        } catch (InvalidInput text) {
            return JsonMembers.quoted(payload);
        }
    }

    private static List<Lanes.Item<Heard>> first(Deque<Heard> line) {
        List<Lanes.Item<Heard>> first = new ArrayList<>();
        for (Heard heard : line) {
            if (first.size() == MOST_AT_ONCE) {
                break;
            }
            first.add(new Lanes.Item<>(heard, heard.draft()));
        }
        return first;
    }

    /** What settles is the first of its channel that hasn't yet. */
    private void settle(Lanes.Settled<Heard> settled) {
        Heard heard = settled.from();
        if (settled.outcome() instanceof Lanes.Outcome.Later) {
            if (System.nanoTime() - heard.nanos() <= settings.giveUpAfter().toNanos()) {
                return;
            }
            lost("it could not be published for " + settings.giveUpAfter().toSeconds() + " s");
        } else if (settled.outcome() instanceof Lanes.Outcome.Refused no) {
            LOG.warn("{}: a call was refused: {}", name(), no.refusal().code().code());
            meters.refused(name(), 1);
        } else {
            meters.stored(name(), 1);
        }
        waiting.computeIfPresent(heard.channel(), (channel, line) -> {
            line.remove(heard);
            return line.isEmpty() ? null : line;
        });
        waits--;
    }

    private void lost(String why) {
        LOG.error("{}: a call was lost: {}", name(), why);
        meters.lost(name(), 1);
    }

    @Override
    public Map<String, Object> figures() {
        return Map.of("waiting", waits);
    }
}
