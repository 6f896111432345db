package io.millrace.persistence;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads and connections for reads, as many of the one as of the other, kept apart from the plugin's so that a storm of
 * returning clients can't hold up a commit. What is asked beyond the queue is refused at once; what has waited too long
 * is answered as unavailable and never runs.
 */
final class ReadPool implements AutoCloseable {
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final HikariDataSource connections;
    private final ThreadPoolExecutor threads;
    private final Duration patience;

    private ReadPool(HikariDataSource connections, ThreadPoolExecutor threads, Duration patience) {
        this.connections = connections;
        this.threads = threads;
        this.patience = patience;
    }

    static ReadPool open(StorageSettings settings) {
        int size = settings.readPoolSize();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                size, size, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(settings.readQueueSize()), ReadPool::thread);
        Duration patience = settings.connectTimeout().plus(settings.socketTimeout());
        return new ReadPool(new HikariDataSource(hikari(settings)), threads, patience);
    }

    /** Runs {@code work} in one read-only snapshot of the database. */
    <T> CompletionStage<T> read(String what, Work<T> work) {
        return ask(what, connection -> {
            connection.setReadOnly(true);
            return work.on(connection);
        });
    }

    /** Runs {@code work} in one transaction that sees what others commit meanwhile. */
    <T> CompletionStage<T> change(String what, Work<T> work) {
        return ask(what, connection -> {
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            return work.on(connection);
        });
    }

    /** Blocks for a connection; the caller closes it. */
    Connection connection() throws SQLException {
        return connections.getConnection();
    }

    private <T> CompletionStage<T> ask(String what, Work<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            threads.execute(() -> answer(answer, work));
        } catch (RejectedExecutionException e) {
            String why = threads.isShutdown() ? ": the storage is closed" : ": too many reads are waiting";
            return CompletableFuture.failedFuture(new JournalUnavailable(what + why, e));
        }
        CompletableFuture<T> outcome = new CompletableFuture<>();
        answer.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS).whenComplete((result, failure) -> {
            if (failure == null) {
                outcome.complete(result);
            } else {
                outcome.completeExceptionally(named(what, failure));
            }
        });
        return outcome;
    }

    private <T> void answer(CompletableFuture<T> answer, Work<T> work) {
        if (answer.isDone()) {
            return;
        }
        try (Connection connection = connections.getConnection()) {
            connection.setAutoCommit(false);
            T result = work.on(connection);
            connection.commit();
            answer.complete(result);
        } catch (Throwable e) {
            answer.completeExceptionally(e);
        }
    }

    private static Throwable named(String what, Throwable failure) {
        return failure instanceof SQLException || failure instanceof TimeoutException
                ? new JournalUnavailable(what, failure)
                : failure;
    }

    private static HikariConfig hikari(StorageSettings settings) {
        HikariConfig hikari = new HikariConfig();
        hikari.setPoolName("millrace-reads");
        hikari.setDataSource(PostgresUrl.dataSource(settings));
        // one more than threads, so that readiness can ask while all threads read
        hikari.setMaximumPoolSize(settings.readPoolSize() + 1);
        hikari.setMinimumIdle(1);
        hikari.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
        hikari.setConnectionTimeout(settings.connectTimeout().toMillis());
        hikari.setValidationTimeout(Math.min(2_000, settings.connectTimeout().toMillis()));
        hikari.setInitializationFailTimeout(settings.connectTimeout().toMillis());
        // Statistics of a young or fast growing journal are wrong; every query here is meant to walk one index in
        // order.
        hikari.setConnectionInitSql(PostgresUrl.sessionStart(settings)
                + "; SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off; SET jit = off");
        return hikari;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "millrace-read-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        threads.shutdownNow();
        connections.close();
    }

    /** One piece of work on a connection; it neither commits nor closes. */
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }
}
