package io.millrace.bench;

import io.millrace.bench.Server.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Everybody who takes part, started as processes of their own and ended together. */
final class Cast implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(120);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(60);

    /**
     * @param variants the product, under one JVM or several
     * @param token what the {@code token} command is told
     */
    record Settings(List<Variant> variants, List<String> token, int nchanWorkers, Path out) {
        static Settings from(Args args) {
            Path jar = Path.of(args.text("jar", "platform/target/millrace.jar"));
            if (!Files.isReadable(jar)) {
                throw new BenchFailure("there is no jar at " + jar.toAbsolutePath());
            }
            Path java = Path.of(args.text("java", System.getProperty("java.home")));
            List<Variant> one = List.of(new Variant("product", jar, java, args.words("java-options", "")));
            String several = args.text("variants", "");
            return new Settings(
                    several.isEmpty() ? one : Variant.parse(several, jar, java),
                    args.words("token-args", "--sub bench --grant *:subscribe,publish,history"),
                    args.number("nchan-workers", 1, 1, 64),
                    Path.of(args.text("out", "it-tests/target/bench")));
        }
    }

    private final Settings settings;
    private final List<ChildServer> processes = new ArrayList<>();
    private final List<Path> folders = new ArrayList<>();
    private final List<Server> servers = new ArrayList<>();

    private Cast(Settings settings) {
        this.settings = settings;
    }

    /** Starts whoever has one of those roles; a peer that isn't installed is left out, and the report says so. */
    static Cast start(Settings settings, Set<Role> roles, Report report) throws IOException {
        Files.createDirectories(settings.out());
        Cast cast = new Cast(settings);
        try {
            for (Variant variant : settings.variants()) {
                cast.startProduct(variant, roles.contains(Role.DATABASE));
            }
            if (roles.contains(Role.NCHAN)) {
                cast.startNchan(report);
            }
            if (roles.contains(Role.FLOOR)) {
                cast.startFloor(Role.FLOOR, "floor", "serve-floor");
            }
            if (roles.contains(Role.HTTP)) {
                cast.startFloor(Role.HTTP, "pekko-http", "serve-http");
            }
            return cast;
        } catch (IOException | RuntimeException e) {
            cast.close();
            throw e;
        }
    }

    List<Server> servers() {
        return servers;
    }

    private void startProduct(Variant variant, boolean withDatabase) throws IOException {
        Path data = Files.createTempDirectory("millrace-bench-");
        folders.add(data);
        int port = ChildServer.freePort();
        int admin = ChildServer.freePort();
        List<String> command = new ArrayList<>(List.of(variant.program()));
        command.addAll(variant.options());
        command.addAll(List.of("-jar", variant.jar().toString(), "dev", "--http-port", Integer.toString(port)));
        command.addAll(List.of("--admin-port", Integer.toString(admin), "--data", data.toString()));
        ChildServer product = started(ChildServer.start(command, log(variant.name()), START_LIMIT));
        Target target = Target.of("http://127.0.0.1:" + port, token(variant, data));
        ProcessGauge gauge = ProcessGauge.of(product.pid()).beside(postmaster(data));
        servers.add(new Server(variant.name(), Role.PRODUCT, target, gauge, admin, null));
        boolean first = servers.size() == 1;
        if (withDatabase && first) {
            servers.add(new Server("database", Role.DATABASE, target, ProcessGauge.of(0), 0, data));
        }
    }

    /** The embedded PostgreSQL, which isn't a child of the product's; 0 where its file isn't there. */
    private static long postmaster(Path data) {
        try {
            String file = Files.readString(data.resolve("postgres/data/postmaster.pid"));
            return Long.parseLong(file.lines().findFirst().orElse("0").strip());
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    private String token(Variant variant, Path data) {
        List<String> command =
                new ArrayList<>(List.of(variant.program(), "-jar", variant.jar().toString(), "token"));
        command.addAll(settings.token());
        command.addAll(List.of("--data", data.toString()));
        return ChildServer.ask(command, ASK_LIMIT);
    }

    private void startNchan(Report report) {
        Nchan.Installed installed = Nchan.find().orElse(null);
        if (installed == null) {
            report.remark(Nchan.missing());
            return;
        }
        int port = ChildServer.freePort();
        int workers = settings.nchanWorkers();
        ChildServer nginx = started(Nchan.start(installed, settings.out().resolve("nchan"), port, workers));
        Target target = Target.of("http://127.0.0.1:" + port, "none", Dialect.NCHAN);
        servers.add(new Server("nchan", Role.NCHAN, target, ProcessGauge.ofFamily(nginx.pid()), 0, null));
        report.remark("nchan runs with " + workers + (workers == 1 ? " worker" : " workers"));
    }

    private void startFloor(Role role, String name, String command) {
        int port = ChildServer.freePort();
        String classPath = System.getProperty("java.class.path");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ChildServer floor = started(ChildServer.start(
                List.of(java, "-cp", classPath, Bench.class.getName(), command, "--port", Integer.toString(port)),
                log(name),
                START_LIMIT));
        Target target = Target.of("http://127.0.0.1:" + port, "none");
        servers.add(new Server(name, role, target, ProcessGauge.of(floor.pid()), 0, null));
    }

    private ChildServer started(ChildServer process) {
        processes.add(process);
        return process;
    }

    private Path log(String name) {
        return settings.out().resolve(name + ".log");
    }

    @Override
    public void close() {
        for (int i = processes.size() - 1; i >= 0; i--) {
            processes.get(i).close();
        }
        folders.forEach(Cast::deleteAll);
    }

    /** Only ever a folder this run has made. */
    private static void deleteAll(@Nullable Path folder) {
        if (folder == null) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println("left behind: " + folder);
        }
    }
}
