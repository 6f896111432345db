package io.millrace.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/** Gathers the rounds and tells them three ways: a table on the console, JSON, and a page. Figures are medians. */
final class Report {
    static final String PRODUCT = "product";
    static final String FLOOR = "floor";

    private final int rounds;
    private final Scenario.Measure measure;
    private final Map<Scenario, Map<String, List<Outcome>>> outcomes = new EnumMap<>(Scenario.class);
    private final List<String> faults = new ArrayList<>();

    Report(int rounds, Scenario.Measure measure) {
        this.rounds = rounds;
        this.measure = measure;
    }

    void add(Scenario scenario, String server, Outcome outcome) {
        outcomes.computeIfAbsent(scenario, any -> new LinkedHashMap<>())
                .computeIfAbsent(server, any -> new ArrayList<>())
                .add(outcome);
        noteFaults(outcome);
    }

    /** A warm-up isn't measured, but an event lost in it is a lost event. */
    void warmUp(Outcome outcome) {
        noteFaults(outcome);
    }

    private void noteFaults(Outcome outcome) {
        outcome.faults().forEach(fault -> faults.add(outcome.scenario() + ": " + fault));
    }

    boolean sound() {
        return faults.isEmpty();
    }

    List<String> faults() {
        return faults;
    }

    Optional<Double> median(Scenario scenario, String server, Figure figure) {
        List<Double> values = of(scenario, server).stream()
                .flatMap(outcome -> outcome.get(figure).stream())
                .sorted()
                .toList();
        if (values.isEmpty()) {
            return Optional.empty();
        }
        int middle = values.size() / 2;
        return Optional.of(
                values.size() % 2 == 1 ? values.get(middle) : (values.get(middle - 1) + values.get(middle)) / 2);
    }

    Optional<Double> ratio(Scenario scenario, Figure figure) {
        return median(scenario, PRODUCT, figure).flatMap(value -> median(scenario, FLOOR, figure)
                .filter(floor -> floor > 0)
                .map(floor -> value / floor));
    }

    /** All rounds' latencies together. */
    Histogram latency(Scenario scenario, String server) {
        Histogram all = new Histogram(1, 600_000_000L, 3);
        of(scenario, server).forEach(outcome -> all.add(outcome.latency()));
        return all;
    }

    private List<Outcome> of(Scenario scenario, String server) {
        return outcomes.getOrDefault(scenario, Map.of()).getOrDefault(server, List.of());
    }

    String conditions() {
        return rounds + " rounds, medians; " + measure.subscribers() + " subscribers, " + measure.events()
                + " events of " + measure.size() + " bytes "
                + (measure.rate() == 0 ? "as fast as acknowledged" : "at " + measure.rate() + "/s") + "; "
                + Runtime.getRuntime().availableProcessors() + " cores shared with the load generator, Java "
                + System.getProperty("java.version");
    }

    String table() {
        StringBuilder text = new StringBuilder(conditions()).append('\n');
        for (Scenario scenario : Scenario.values()) {
            text.append('\n').append(scenario.title()).append('\n');
            for (Figure figure : scenario.shown()) {
                text.append(String.format(
                        Locale.ROOT,
                        "  %-32s %16s %16s %8s%n",
                        figure.label(),
                        said(figure, median(scenario, PRODUCT, figure)),
                        said(figure, median(scenario, FLOOR, figure)),
                        saidRatio(ratio(scenario, figure))));
            }
        }
        text.append(sound() ? "\nevery event came exactly once and in order" : "\nFAILED: " + faults);
        return text.toString();
    }

    static String said(Figure figure, Optional<Double> value) {
        return value.map(figure::format).orElse("-");
    }

    static String saidRatio(Optional<Double> ratio) {
        return ratio.map(value -> String.format(Locale.ROOT, "%.2f x", value)).orElse("-");
    }

    void write(Path folder) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("conditions", conditions());
        json.put("sound", sound());
        json.put("faults", faults);
        for (Scenario scenario : Scenario.values()) {
            Map<String, Object> servers = new LinkedHashMap<>();
            outcomes.getOrDefault(scenario, Map.of())
                    .forEach((server, list) -> servers.put(
                            server, list.stream().map(Outcome::asMap).toList()));
            json.put(scenario.name().toLowerCase(Locale.ROOT), servers);
        }
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(folder.resolve("report.json").toFile(), json);
        Files.writeString(folder.resolve("report.html"), ReportPage.render(this));
    }
}
