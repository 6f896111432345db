package io.millrace.platform.ingest;

import io.millrace.persistence.LeasedSession;
import io.millrace.persistence.StorageSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line from a database, on a thread of its own. CONNECTING until there is a session; STANDBY while another node's holds
 * the lock; LEADING while this one's does; AWAY, for longer and longer, after whatever went wrong. Of all nodes one leads.
 */
final class Line implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Line.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

    private final Work work;
    private final StorageSettings database;
    private final Duration poll;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile State state = State.CONNECTING;
    private volatile Instant since = Instant.now();
    private volatile String problem = "";
    private Duration pause = FIRST_PAUSE;

    enum State {
        CONNECTING,
        STANDBY,
        LEADING,
        AWAY
    }

    /** What is done with a session by the one who leads. */
    interface Work {
        /** Its name in the cluster, such as {@code outbox:own}. */
        String name();

        /** Just after this node has begun to lead. */
        void begin(LeasedSession session) throws SQLException;

        /** One round; returns soon, also where nothing comes. */
        void round(LeasedSession session) throws SQLException, InterruptedException;

        /** Figures of this line for operators. */
        Map<String, Object> figures();
    }

    Line(Work work, StorageSettings database, Duration poll) {
        this.work = work;
        this.database = database;
        this.poll = poll;
        this.thread = new Thread(this, "millrace-" + work.name());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Lets go of the database, so that another node goes on. */
    void stop() throws InterruptedException {
        stopped = true;
        thread.interrupt();
        thread.join(LONGEST_PAUSE.toMillis());
    }

    Work work() {
        return work;
    }

    boolean leads() {
        return state == State.LEADING;
    }

    /** Whether there is a session with the database. */
    boolean isUp() {
        return state == State.LEADING || state == State.STANDBY;
    }

    Map<String, Object> report() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("line", work.name());
        report.put("state", state.name().toLowerCase(Locale.ROOT));
        report.put("since", since.toString());
        if (!problem.isEmpty()) {
            report.put("problem", problem);
        }
        report.putAll(work.figures());
        return report;
    }

    @Override
    public void run() {
        while (!stopped) {
            try (LeasedSession session = LeasedSession.open(database)) {
                use(session);
            } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
                return;
            } catch (SQLException | RuntimeException failure) {
                isAway(failure);
            }
        }
    }

    private void use(LeasedSession session) throws SQLException, InterruptedException {
        while (!stopped && !session.leads(work.name())) {
            is(State.STANDBY);
            session.notices(poll);
        }
        if (!stopped) {
            work.begin(session);
            is(State.LEADING);
        }
        while (!stopped) {
            work.round(session);
        }
    }

    private void is(State next) {
        if (state != next) {
            LOG.info("{} is {}", work.name(), next);
            state = next;
            since = Instant.now();
            problem = "";
        }
        pause = FIRST_PAUSE;
    }

    private void isAway(Exception failure) {
        String why = String.valueOf(failure.getMessage());
        if (!stopped && !why.equals(problem)) {
            LOG.error("{} is away: {}", work.name(), why, failure instanceof SQLException ? null : failure);
        }
        if (state != State.AWAY) {
            state = State.AWAY;
            since = Instant.now();
        }
        problem = why;
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(pause.toMillis() / 2, pause.toMillis() + 1));
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }
}
