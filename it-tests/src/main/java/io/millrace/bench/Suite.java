package io.millrace.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The whole comparison: starts the product and the floor as processes of their own, warms both up, runs every scenario in
 * interleaved rounds (so that a noisy minute hits both), and writes the report.
 */
final class Suite {
    private static final Duration START_LIMIT = Duration.ofSeconds(120);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(60);
    private static final long BETWEEN_RUNS_MILLIS = 500;

    record Settings(
            Path jar, int rounds, Scenario.Measure measure, List<String> javaOptions, List<String> token, Path out) {
        static Settings from(Args args) {
            Path jar = Path.of(args.text("jar", "platform/target/millrace.jar"));
            if (!Files.isReadable(jar)) {
                throw new BenchFailure("there is no jar at " + jar.toAbsolutePath());
            }
            return new Settings(
                    jar,
                    args.number("rounds", args.flag("quick") ? 1 : 3, 1, 50),
                    Scenario.Measure.full(args),
                    words(args.text("java-options", "")),
                    words(args.text("token-args", "--sub bench --grant *:subscribe,publish,history")),
                    Path.of(args.text("out", "it-tests/target/bench")));
        }

        private static List<String> words(String text) {
            return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+", -1));
        }
    }

    private final Settings settings;
    private final Report report;
    private final String tag = Long.toString(System.currentTimeMillis(), 36);
    private int runs;

    private Suite(Settings settings) {
        this.settings = settings;
        this.report = new Report(settings.rounds(), settings.measure());
    }

    /** True where every run of every scenario was sound. */
    static boolean run(Settings settings) throws IOException {
        return new Suite(settings).run();
    }

    private boolean run() throws IOException {
        Files.createDirectories(settings.out());
        Path data = Files.createTempDirectory("millrace-bench-");
        int port = ChildServer.freePort();
        int admin = ChildServer.freePort();
        int floorPort = ChildServer.freePort();
        try (ChildServer product = ChildServer.start(productCommand(port, admin, data), log("product"), START_LIMIT);
                ChildServer floor = ChildServer.start(floorCommand(floorPort), log("floor"), START_LIMIT)) {
            String token = ChildServer.ask(tokenCommand(data), ASK_LIMIT);
            Scenario.Server one =
                    new Scenario.Server("product", Target.of("http://127.0.0.1:" + port, token), product.pid());
            Scenario.Server other =
                    new Scenario.Server("floor", Target.of("http://127.0.0.1:" + floorPort, "none"), floor.pid());
            rounds(one, other);
        } finally {
            deleteAll(data);
        }
        report.write(settings.out());
        System.out.println(report.table());
        System.out.println("written: " + settings.out().resolve("report.html").toAbsolutePath());
        return report.sound();
    }

    private void rounds(Scenario.Server product, Scenario.Server floor) {
        for (Scenario scenario : Scenario.values()) {
            report.warmUp(measured(scenario, product, "warm-up"));
            if (scenario.floored()) {
                report.warmUp(measured(scenario, floor, "warm-up"));
            }
        }
        for (int round = 1; round <= settings.rounds(); round++) {
            for (Scenario scenario : Scenario.values()) {
                // whoever goes first changes from round to round
                List<Scenario.Server> order = round % 2 == 1 ? List.of(product, floor) : List.of(floor, product);
                for (Scenario.Server server : order) {
                    if (server == product || scenario.floored()) {
                        report.add(scenario, server.name(), measured(scenario, server, "round " + round));
                    }
                }
            }
        }
    }

    private Outcome measured(Scenario scenario, Scenario.Server server, String when) {
        Pause.millis(BETWEEN_RUNS_MILLIS);
        String channel = "bench:" + tag + "-" + runs++;
        Outcome outcome = scenario.run(server, settings.measure(), channel);
        System.out.println(when + ", " + server.name() + ", " + outcome);
        return outcome;
    }

    private List<String> productCommand(int port, int admin, Path data) {
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(settings.javaOptions());
        command.addAll(List.of("-jar", settings.jar().toString(), "dev", "--http-port", Integer.toString(port)));
        command.addAll(List.of("--admin-port", Integer.toString(admin), "--data", data.toString()));
        return command;
    }

    private List<String> tokenCommand(Path data) {
        List<String> command =
                new ArrayList<>(List.of(java(), "-jar", settings.jar().toString(), "token"));
        command.addAll(settings.token());
        command.addAll(List.of("--data", data.toString()));
        return command;
    }

    private static List<String> floorCommand(int port) {
        String classPath = System.getProperty("java.class.path");
        return List.of(
                java(), "-cp", classPath, Bench.class.getName(), "serve-floor", "--port", Integer.toString(port));
    }

    private Path log(String name) {
        return settings.out().resolve(name + ".log");
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Only ever the folder this run has made. */
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
