package io.millrace.it;

import io.millrace.persistence.EmbeddedDatabase;
import io.millrace.platform.access.Grant;
import io.millrace.platform.access.Login;
import io.millrace.platform.access.TokenMint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Three node processes on one PostgreSQL. */
public final class Cluster implements AutoCloseable {
    public static final String SECRET = "f3Vq0mJw7sXo2Zt9LkHc5yRb8NdUe1Ga6PiT4WxQvMzBnSjDrKfYlOhCpEgAu";
    private static final int NODES = 3;

    private final EmbeddedDatabase database;
    private final List<Product> nodes = new ArrayList<>();

    private Cluster(EmbeddedDatabase database) {
        this.database = database;
    }

    static Cluster start(String name, Path folder) throws IOException {
        return start(name, folder, "limits { per-user = 0 }");
    }

    /** @param more settings under {@code millrace} */
    static Cluster start(String name, Path folder, String more) throws IOException {
        Cluster cluster = new Cluster(EmbeddedDatabase.start(folder.resolve("postgres"), 0));
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            ports.add(Product.freePort());
        }
        String seeds = ports.stream()
                .limit(2)
                .map(port -> "\"127.0.0.1:" + port + "\"")
                .collect(Collectors.joining(", "));
        for (int i = 0; i < NODES; i++) {
            int admin = Product.freePort();
            Path config = folder.resolve("node" + i + ".conf");
            Files.writeString(config, cluster.config(ports.get(i), admin, seeds, more));
            cluster.nodes.add(Product.node(name + "-node" + i, config, token(), admin));
        }
        cluster.nodes.forEach(Product::ready);
        return cluster;
    }

    private String config(int port, int admin, String seeds, String more) {
        return """
                millrace {
                  http { port = 0, admin-port = %d, admin-login = off }
                  cluster { port = %d, seed-nodes = [%s] }
                  storage { url = "%s", user = "%s", password = "%s" }
                  %s
                  access { issuer = "it", keys = [ { kid = "it", algorithm = "HS256", secret = "%s" } ] }
                }
                """
                .formatted(admin, port, seeds, database.jdbcUrl(), database.user(), database.password(), more, SECRET);
    }

    private static String token() {
        return token("it", "*:subscribe,publish,history,presence,admin");
    }

    /** A token that nodes with {@link #SECRET} as the key of issuer and kid {@code it} believe. */
    public static String token(String user, String grant) {
        Login login = new Login(
                user,
                null,
                List.of(Grant.parse(grant)),
                Clock.systemUTC().instant().plus(Duration.ofHours(26)),
                "it",
                Map.of());
        return TokenMint.mint("it", "it", SECRET.getBytes(StandardCharsets.UTF_8), null, login, Clock.systemUTC());
    }

    /** A session with the database they share. */
    Connection session() throws SQLException {
        return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
    }

    Product node(int index) {
        return nodes.get(index);
    }

    List<Door> doors() {
        return nodes.stream().filter(Product::isUp).map(Product::door).toList();
    }

    @Override
    public void close() {
        nodes.forEach(Product::kill9);
        database.close();
    }
}
