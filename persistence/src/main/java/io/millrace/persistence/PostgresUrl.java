package io.millrace.persistence;

import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** How this product speaks to PostgreSQL, in the driver's words: time limits on every socket, a name in the server's lists. */
final class PostgresUrl {
    private PostgresUrl() {}

    /** Driver properties for every connection; none of them is a secret. */
    static Map<String, String> properties(StorageSettings settings) {
        Map<String, String> properties = new TreeMap<>();
        properties.put("ApplicationName", "millrace");
        properties.put("tcpKeepAlive", "true");
        properties.put("connectTimeout", Long.toString(settings.connectTimeout().toSeconds()));
        properties.put("loginTimeout", Long.toString(settings.connectTimeout().toSeconds()));
        properties.put("socketTimeout", Long.toString(settings.socketTimeout().toSeconds()));
        properties.put("reWriteBatchedInserts", "true");
        return properties;
    }

    static DataSource dataSource(StorageSettings settings) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        configure(source, settings);
        source.setSocketTimeout((int) settings.socketTimeout().toSeconds());
        return source;
    }

    /** For migrations, which may take as long as they must. */
    static DataSource patientDataSource(StorageSettings settings) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        configure(source, settings);
        return source;
    }

    /**
     * What each session says first. A commit that returns before it is on disk would break the product's promise, so a
     * server set to do that is overruled; stricter settings such as remote_apply are left as they are.
     */
    static String sessionStart(StorageSettings settings) {
        return "SET statement_timeout = " + settings.queryTimeout().toMillis()
                + "; SELECT set_config('synchronous_commit', 'on', false)"
                + " WHERE current_setting('synchronous_commit') = 'off'";
    }

    private static void configure(PGSimpleDataSource source, StorageSettings settings) {
        source.setUrl(settings.url());
        source.setUser(settings.user());
        source.setPassword(settings.password());
        source.setApplicationName("millrace");
        source.setTcpKeepAlive(true);
        source.setConnectTimeout((int) settings.connectTimeout().toSeconds());
        source.setLoginTimeout((int) settings.connectTimeout().toSeconds());
    }
}
