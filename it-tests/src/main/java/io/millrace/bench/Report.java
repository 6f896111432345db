package io.millrace.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.millrace.bench.Server.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/** Gathers the rounds: what every server reached in every scenario, as medians, and whether that is what it has to be. */
final class Report {
    private final int rounds;
    private final Scale scale;
    private final Map<String, Role> roles = new LinkedHashMap<>();
    private final Map<Scenario, Map<String, List<Outcome>>> outcomes = new EnumMap<>(Scenario.class);
    /** Each server's very first run of a scenario, warm-up or not: later ones use memory that is resident already. */
    private final Map<Scenario, Map<String, Outcome>> firsts = new EnumMap<>(Scenario.class);

    private final List<String> faults = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();

    Report(int rounds, Scale scale) {
        this.rounds = rounds;
        this.scale = scale;
    }

    void add(Scenario scenario, Server server, Outcome outcome) {
        roles.put(server.name(), server.role());
        outcomes.computeIfAbsent(scenario, any -> new LinkedHashMap<>())
                .computeIfAbsent(server.name(), any -> new ArrayList<>())
                .add(outcome);
        note(scenario, server, outcome);
    }

    /** A warm-up isn't measured, but an event lost in it is a lost event. */
    void warmUp(Scenario scenario, Server server, Outcome outcome) {
        note(scenario, server, outcome);
    }

    /** Something the reader has to know, such as a peer that isn't installed. */
    void remark(String what) {
        remarks.add(what);
    }

    private void note(Scenario scenario, Server server, Outcome outcome) {
        firsts.computeIfAbsent(scenario, any -> new LinkedHashMap<>()).putIfAbsent(server.name(), outcome);
        outcome.faults().forEach(fault -> faults.add(server.name() + ", " + outcome.scenario() + ": " + fault));
    }

    boolean sound() {
        return faults.isEmpty();
    }

    List<String> faults() {
        return faults;
    }

    List<String> remarks() {
        return remarks;
    }

    /** Those that were measured, in their order. */
    List<Scenario> scenarios() {
        return List.copyOf(outcomes.keySet());
    }

    List<String> servers(Scenario scenario) {
        return outcomes.getOrDefault(scenario, Map.of()).keySet().stream()
                .sorted((a, b) -> role(a).compareTo(role(b)))
                .toList();
    }

    Role role(String server) {
        return roles.getOrDefault(server, Role.PRODUCT);
    }

    /** Resident memory a connection is the first run's; everything else a median of the measured rounds. */
    Optional<Double> median(Scenario scenario, String server, Figure figure) {
        if (figure == Figure.RSS_PER_CONNECTION) {
            Outcome first = firsts.getOrDefault(scenario, Map.of()).get(server);
            return first == null ? Optional.empty() : first.get(figure);
        }
        return Median.of(of(scenario, server).stream()
                .flatMap(outcome -> outcome.get(figure).stream())
                .toList());
    }

    /** Of the server with that role. */
    Optional<Double> median(Scenario scenario, Role role, Figure figure) {
        return servers(scenario).stream()
                .filter(server -> role(server) == role)
                .findFirst()
                .flatMap(server -> median(scenario, server, figure));
    }

    /** Every goal that could be looked at, for every server that has goals. */
    List<Verdict> verdicts() {
        List<Verdict> verdicts = new ArrayList<>();
        for (Scenario scenario : scenarios()) {
            for (Goal goal : scenario.goals()) {
                servers(scenario).stream()
                        .filter(server -> role(server) == Role.PRODUCT)
                        .forEach(server -> median(scenario, server, goal.figure())
                                .ifPresent(value -> verdicts.add(new Verdict(
                                        scenario,
                                        server,
                                        goal,
                                        value,
                                        goal.measure(peer -> median(scenario, peer, goal.figure()))))));
            }
        }
        return verdicts;
    }

    /** All rounds' latencies together. */
    Histogram latency(Scenario scenario, String server) {
        Histogram all = new Histogram(1, 600_000_000L, 3);
        of(scenario, server).forEach(outcome -> all.add(outcome.latency()));
        return all;
    }

    /** The last round's. */
    MemoryCurve memory(Scenario scenario, String server) {
        List<Outcome> rounds = of(scenario, server);
        return rounds.isEmpty()
                ? MemoryCurve.NONE
                : rounds.get(rounds.size() - 1).memory();
    }

    List<Outcome> of(Scenario scenario, String server) {
        return outcomes.getOrDefault(scenario, Map.of()).getOrDefault(server, List.of());
    }

    String conditions() {
        return rounds + " rounds, medians; " + scale.words() + "; "
                + Runtime.getRuntime().availableProcessors() + " cores shared with the load generator, Java "
                + System.getProperty("java.version");
    }

    void write(Path folder) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("conditions", conditions());
        json.put("sound", sound());
        json.put("faults", faults);
        json.put("remarks", remarks);
        json.put("goals", verdicts().stream().map(Verdict::toString).toList());
        for (Scenario scenario : scenarios()) {
            Map<String, Object> servers = new LinkedHashMap<>();
            servers(scenario)
                    .forEach(server -> servers.put(
                            server,
                            of(scenario, server).stream().map(Outcome::asMap).toList()));
            json.put(scenario.key(), servers);
        }
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(folder.resolve("report.json").toFile(), json);
        Files.writeString(folder.resolve("report.html"), ReportPage.render(this));
    }
}
