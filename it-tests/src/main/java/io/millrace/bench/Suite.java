package io.millrace.bench;

import io.millrace.bench.Server.Role;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The whole comparison: starts everybody who takes part, warms each up with every scenario, runs the scenarios in
 * interleaved rounds (so that a noisy minute hits all), and writes the report.
 */
final class Suite {
    private static final long BETWEEN_RUNS_MILLIS = 500;

    /** @param warmUps rounds that aren't measured */
    record Settings(
            Cast.Settings cast, int rounds, int warmUps, Scale scale, List<Scenario> scenarios, Set<Role> roles) {
        static Settings from(Args args) {
            Scale scale = Scale.from(args);
            return new Settings(
                    Cast.Settings.from(args),
                    args.number("rounds", args.flag("quick") ? 1 : 3, 1, 50),
                    args.number("warm-ups", 1, 0, 20),
                    scale,
                    scenarios(args.text("only", ""), scale),
                    roles(args.text("without", "")));
        }

        /** By their keys, separated by commas; all of them where none is named. Churn only where it is given time. */
        static List<Scenario> scenarios(String only, Scale scale) {
            List<String> keys = Arrays.asList(only.split(",", -1));
            String known = Arrays.stream(Scenario.values()).map(Scenario::key).collect(Collectors.joining(", "));
            if (!only.isEmpty() && !Arrays.asList(known.split(", ", -1)).containsAll(keys)) {
                throw new BenchFailure("--only names scenarios, separated by commas, of: " + known);
            }
            return Arrays.stream(Scenario.values())
                    .filter(scenario -> only.isEmpty() || keys.contains(scenario.key()))
                    .filter(scenario ->
                            scenario != Scenario.CHURN || !scale.churn().isZero())
                    .toList();
        }

        /** Everybody but those who are named, separated by commas. */
        private static Set<Role> roles(String without) {
            Set<Role> roles = EnumSet.allOf(Role.class);
            List<String> named = Arrays.asList(without.toUpperCase(Locale.ROOT).split(",", -1));
            roles.removeIf(role -> named.contains(role.name()) && role != Role.PRODUCT);
            return roles;
        }
    }

    private final Settings settings;
    private final Report report;
    private final String tag = Long.toString(System.currentTimeMillis(), 36);
    private int runs;

    private Suite(Settings settings) {
        this.settings = settings;
        this.report = new Report(settings.rounds(), settings.scale());
    }

    /** True where every run of every scenario was sound. */
    static boolean run(Settings settings) throws IOException {
        return new Suite(settings).run();
    }

    private boolean run() throws IOException {
        Set<Role> needed = EnumSet.copyOf(settings.roles());
        needed.removeIf(role -> settings.scenarios().stream().noneMatch(scenario -> scenario.takes(role)));
        try (Cast cast = Cast.start(settings.cast(), needed, report)) {
            rounds(cast.servers());
        } finally {
            report.write(settings.cast().out());
        }
        System.out.println(ReportTable.render(report));
        System.out.println(
                "written: " + settings.cast().out().resolve("report.html").toAbsolutePath());
        return report.sound();
    }

    private void rounds(List<Server> servers) {
        for (int round = 1 - settings.warmUps(); round <= settings.rounds(); round++) {
            for (Scenario scenario : settings.scenarios()) {
                boolean warming = round < 1;
                if (warming && scenario == Scenario.CHURN) {
                    continue; // it warms up by itself
                }
                List<Server> order = inTurn(servers, scenario, round);
                for (Server server : order) {
                    Outcome outcome = measured(scenario, server, warming ? "warm-up" : "round " + round);
                    if (warming) {
                        report.warmUp(scenario, server, outcome);
                    } else {
                        report.add(scenario, server, outcome);
                    }
                }
            }
        }
    }

    /** Whoever goes first changes from round to round. */
    private static List<Server> inTurn(List<Server> servers, Scenario scenario, int round) {
        List<Server> taking =
                servers.stream().filter(server -> scenario.takes(server.role())).toList();
        List<Server> turned = new ArrayList<>(taking);
        Collections.rotate(turned, Math.max(0, round - 1));
        return turned;
    }

    private Outcome measured(Scenario scenario, Server server, String when) {
        Pause.millis(BETWEEN_RUNS_MILLIS);
        String channel = "bench:" + tag + "-" + runs++;
        Outcome outcome = scenario.against(server, settings.scale(), channel);
        System.out.println(when + ", " + scenario.key() + ", " + server.name() + ", " + outcome);
        return outcome;
    }
}
