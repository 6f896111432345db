package io.millrace.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/** What one run of one scenario measured, and what went wrong in it. A run with a fault fails. */
final class Outcome {
    private static final double MICROS_PER_MILLI = 1000;

    private final String scenario;
    private final Map<Figure, Double> figures = new EnumMap<>(Figure.class);
    private final List<String> faults = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Map<String, Long> errors = new LinkedHashMap<>();
    private MemoryCurve memory = MemoryCurve.NONE;
    private final Histogram latency = new Histogram(1, 600_000_000L, 3);

    Outcome(String scenario) {
        this.scenario = scenario;
    }

    Outcome put(Figure figure, double value) {
        figures.put(figure, value);
        return this;
    }

    /** The run's distribution in microseconds, and the usual points of it. */
    Outcome latency(Histogram micros) {
        latency.reset();
        latency.add(micros);
        if (micros.getTotalCount() > 0) {
            put(Figure.P50, micros.getValueAtPercentile(50) / MICROS_PER_MILLI);
            put(Figure.P90, micros.getValueAtPercentile(90) / MICROS_PER_MILLI);
            put(Figure.P99, micros.getValueAtPercentile(99) / MICROS_PER_MILLI);
            put(Figure.MAX, micros.getMaxValue() / MICROS_PER_MILLI);
        }
        return this;
    }

    Outcome losses(Losses losses) {
        put(Figure.LOST, losses.lost()).put(Figure.DUPLICATED, losses.duplicated());
        put(Figure.REORDERED, losses.reordered());
        if (losses.any()) {
            faults.add(losses.toString());
        }
        return this;
    }

    /** Left out where the window was too short for the clock it is read from: a wrong figure is worse than none. */
    Outcome cpu(ProcessGauge.Cpu used, double units, Figure alone, Figure withChildren) {
        if (used.readable() && units > 0) {
            put(alone, used.ownMicros() / units).put(withChildren, used.familyMicros() / units);
        }
        return this;
    }

    void fault(String what) {
        faults.add(what);
    }

    /** Something to know about the run that isn't a figure and isn't wrong. */
    void note(String what) {
        notes.add(what);
    }

    /** Answers that weren't a success, by status, and connections that broke. */
    void errors(Map<String, Long> counted) {
        errors.putAll(counted);
    }

    boolean sound() {
        return faults.isEmpty();
    }

    Optional<Double> get(Figure figure) {
        return Optional.ofNullable(figures.get(figure));
    }

    Histogram latency() {
        return latency;
    }

    /** Memory over time, where it was looked at. */
    MemoryCurve memory() {
        return memory;
    }

    Outcome memory(MemoryCurve curve) {
        memory = curve;
        return this;
    }

    List<String> faults() {
        return faults;
    }

    String scenario() {
        return scenario;
    }

    /** For JSON. */
    Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("scenario", scenario);
        map.put("sound", sound());
        figures.forEach((figure, value) -> map.put(figure.key(), Math.round(value * 1000) / 1000.0));
        map.put("notes", notes);
        map.put("errors", errors);
        map.put("faults", faults);
        return map;
    }

    /** For reading. */
    @Override
    public String toString() {
        String said = figures.entrySet().stream()
                .map(entry -> entry.getKey().label() + " " + entry.getKey().format(entry.getValue()))
                .collect(Collectors.joining(", "));
        return scenario
                + (sound() ? ": " : ": FAILED (" + String.join("; ", faults) + "): ")
                + said
                + (notes.isEmpty() ? "" : "; " + String.join("; ", notes))
                + (errors.isEmpty() ? "" : ", errors " + errors);
    }
}
