package io.millrace.persistence;

import io.millrace.protocol.Revocation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@link Revocations} in the table of migration 4. */
final class PostgresRevocations implements Revocations {
    private static final String COLUMNS = "id, kind, value, reason, revoked_by, revoked_at, until";

    private final ReadPool pool;

    PostgresRevocations(ReadPool pool) {
        this.pool = pool;
    }

    @Override
    public CompletionStage<Optional<Known>> unless(long version) {
        return pool.read("the revocations", connection -> {
            long now = version(connection);
            return now == version ? Optional.empty() : Optional.of(new Known(now, all(connection)));
        });
    }

    private static long version(Connection connection) throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement("SELECT version FROM revocation_version");
                ResultSet row = ask.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("revocation_version has no row");
            }
            return row.getLong(1);
        }
    }

    private static List<Revocation> all(Connection connection) throws SQLException {
        List<Revocation> all = new ArrayList<>();
        try (PreparedStatement ask = connection.prepareStatement(
                        "SELECT " + COLUMNS + " FROM revocation WHERE until IS NULL OR until > now() ORDER BY id");
                ResultSet rows = ask.executeQuery()) {
            while (rows.next()) {
                all.add(revocation(rows));
            }
        }
        return all;
    }

    @Override
    public CompletionStage<Revocation> add(
            Revocation.Kind kind, String value, @Nullable String reason, String by, @Nullable Duration keep) {
        return pool.change("a revocation", connection -> {
            rise(connection);
            try (PreparedStatement old = connection.prepareStatement("DELETE FROM revocation WHERE until < now()")) {
                old.executeUpdate();
            }
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO revocation (kind, value, reason, revoked_by, until)"
                            + " VALUES (?, ?, ?, ?, now() + ? * interval '1 second') RETURNING " + COLUMNS)) {
                insert.setString(1, kind.name().toLowerCase(Locale.ROOT));
                insert.setString(2, value);
                insert.setString(3, reason);
                insert.setString(4, by);
                if (keep == null) {
                    insert.setNull(5, Types.DOUBLE);
                } else {
                    insert.setDouble(5, keep.toMillis() / 1000.0);
                }
                try (ResultSet row = insert.executeQuery()) {
                    row.next();
                    return revocation(row);
                }
            }
        });
    }

    @Override
    public CompletionStage<Boolean> remove(long id) {
        return pool.change("a revocation", connection -> {
            rise(connection);
            try (PreparedStatement delete = connection.prepareStatement("DELETE FROM revocation WHERE id = ?")) {
                delete.setLong(1, id);
                return delete.executeUpdate() > 0;
            }
        });
    }

    private static void rise(Connection connection) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE revocation_version SET version = version + 1")) {
            update.executeUpdate();
        }
    }

    private static Revocation revocation(ResultSet row) throws SQLException {
        OffsetDateTime until = row.getObject("until", OffsetDateTime.class);
        return new Revocation(
                row.getLong("id"),
                Revocation.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                row.getString("value"),
                row.getString("reason"),
                row.getString("revoked_by"),
                row.getObject("revoked_at", OffsetDateTime.class).toInstant(),
                until == null ? null : until.toInstant());
    }
}
