package io.millrace.it.trial;

import io.millrace.it.trial.Account.Outcome;
import io.millrace.it.trial.Account.Stay;
import io.millrace.it.trial.Account.Trouble;
import io.millrace.it.trial.Account.Try;
import io.millrace.it.trial.Account.WasReset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * The trial as one page that opens from disk: over one axis of time the faults as bands, publishes a second, how long
 * acknowledgements took, connections, breaks, resets, and each node's readiness; below it the costs and the verdicts.
 */
final class Picture {
    private static final int WIDTH = 1_300;
    private static final int LEFT = 110;
    private static final int ROW = 120;
    private static final String INK = "#1f2937";

    private final Schedule schedule;
    private final Account account;
    private final List<Verdict> verdicts;
    private final Book book;
    private final int seconds;
    private final StringBuilder svg = new StringBuilder();
    private int top = 60;

    Picture(Schedule schedule, Account account, List<Verdict> verdicts, Book book) {
        this.schedule = schedule;
        this.account = account;
        this.verdicts = verdicts;
        this.book = book;
        this.seconds = Math.max(1, book.now() / 1_000 + 1);
    }

    String html() {
        rates();
        latencies();
        connections();
        breaks();
        readiness();
        int height = top + 30;
        StringBuilder bands = new StringBuilder();
        bands(bands, height);
        axis(bands, height);
        Figures figures = new Figures(account);
        List<Figures.Cost> costs = new ArrayList<>(List.of(figures.calm()));
        costs.addAll(figures.costs());
        return """
                <!doctype html><meta charset="utf-8"><title>trial %d</title>
                <style>body{font:14px system-ui;color:%s;margin:24px}pre{background:#f3f4f6;padding:12px;overflow:auto}
                svg text{font:11px system-ui;fill:%s}.bad{color:#b91c1c}</style>
                <h1>Trial, seed %d, %d s: <span class="%s">%s</span></h1>
                <svg width="%d" height="%d" xmlns="http://www.w3.org/2000/svg">%s%s</svg>
                <h2>What each fault cost</h2><pre>%s</pre><h2>Verdicts</h2><pre>%s</pre>
                <h2>What happened</h2><pre>%s</pre>
                """
                .formatted(
                        schedule.seed(),
                        INK,
                        INK,
                        schedule.seed(),
                        schedule.seconds(),
                        Verdicts.hold(verdicts) ? "good" : "bad",
                        Verdicts.hold(verdicts) ? "every invariant held" : "an invariant broke",
                        WIDTH + LEFT + 20,
                        height,
                        bands,
                        svg,
                        escape(Figures.table(costs)),
                        escape(Verdicts.text(verdicts)),
                        escape(notes()));
    }

    private String notes() {
        StringBuilder notes = new StringBuilder();
        book.notes().forEach(note -> notes.append(String.format("%7.1f s  %s%n", note.at() / 1e3, note.what())));
        return notes.toString();
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private double x(int millis) {
        return LEFT + millis / 1_000.0 * WIDTH / seconds;
    }

    private void put(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }

    private void bands(StringBuilder out, int height) {
        int number = 0;
        for (Trouble trouble : account.troubles()) {
            double from = x(trouble.begun());
            double settled = x(trouble.over());
            double healed = x(Math.max(trouble.healed(), trouble.begun() + 300));
            out.append(String.format(
                    Locale.ROOT,
                    "<rect x='%.1f' y='50' width='%.1f' height='%d' fill='#fee2e2'/>"
                            + "<rect x='%.1f' y='50' width='%.1f' height='%d' fill='#fca5a5'/>"
                            + "<text x='%.1f' y='%d'>%s %d</text>",
                    from,
                    settled - from,
                    height - 80,
                    from,
                    Math.max(1, healed - from),
                    height - 80,
                    from,
                    14 + 12 * (number++ % 3),
                    trouble.fault().name(),
                    trouble.fault().node()));
        }
    }

    private void axis(StringBuilder out, int height) {
        int step = seconds > 1_200 ? 120 : seconds > 300 ? 60 : 10;
        for (int at = 0; at <= seconds; at += step) {
            out.append(String.format(
                    Locale.ROOT,
                    "<line x1='%.1f' x2='%.1f' y1='50' y2='%d' stroke='#e5e7eb'/><text x='%.1f' y='%d'>%d s</text>",
                    x(at * 1_000),
                    x(at * 1_000),
                    height - 30,
                    x(at * 1_000),
                    height - 14,
                    at));
        }
    }

    private void title(String text, String scale) {
        put(
                "<text x='4' y='%d' font-weight='bold'>%s</text><text x='4' y='%d'>%s</text>",
                top + 14, text, top + 28, scale);
    }

    /** One line over the seconds; what is less than 0 isn't drawn. */
    private void line(double[] values, double max, String color) {
        StringBuilder points = new StringBuilder();
        for (int second = 0; second < values.length; second++) {
            if (values[second] >= 0) {
                double y = top + ROW - 10 - Math.min(1, values[second] / max) * (ROW - 20);
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(second * 1_000 + 500), y));
            }
        }
        put("<polyline points='%s' fill='none' stroke='%s' stroke-width='1.3'/>", points, color);
    }

    private double[] perSecond(IntFunction<Boolean> counts) {
        double[] values = new double[seconds + 1];
        List<Try> tries = account.speakers();
        for (int i = 0; i < tries.size(); i++) {
            if (counts.apply(i)) {
                values[Math.min(seconds, tries.get(i).to() / 1_000)]++;
            }
        }
        return values;
    }

    private void rates() {
        List<Try> tries = account.speakers();
        double[] ok = perSecond(i -> tries.get(i).outcome() == Outcome.OK);
        double max = Math.max(10, Arrays.stream(ok).max().orElse(10));
        title("publishes / s", String.format("0 to %.0f", max));
        put(
                "<text x='4' y='%d'>ok, <tspan fill='#b45309'>failed</tspan>, <tspan fill='#b91c1c'>unknown</tspan></text>",
                top + 42);
        line(ok, max, "#047857");
        line(perSecond(i -> tries.get(i).outcome() == Outcome.FAILED), max, "#b45309");
        line(perSecond(i -> tries.get(i).outcome() == Outcome.UNKNOWN), max, "#b91c1c");
        top += ROW;
    }

    private void latencies() {
        List<List<Integer>> took = new ArrayList<>();
        for (int i = 0; i <= seconds; i++) {
            took.add(new ArrayList<>());
        }
        for (Try one : account.speakers()) {
            if (one.outcome() == Outcome.OK) {
                took.get(Math.min(seconds, one.to() / 1_000)).add(one.to() - one.from());
            }
        }
        title("ack, ms", "1 to 10,000, log");
        put("<text x='4' y='%d'>p50, <tspan fill='#7c3aed'>p99</tspan></text>", top + 42);
        for (double part : new double[] {0.5, 0.99}) {
            double[] values = new double[seconds + 1];
            for (int i = 0; i <= seconds; i++) {
                List<Integer> list = took.get(i);
                Collections.sort(list);
                values[i] = list.isEmpty() ? -1 : Math.log10(Math.max(1, Figures.percentile(list, part)));
            }
            line(values, 4, part == 0.5 ? "#2563eb" : "#7c3aed");
        }
        top += ROW;
    }

    private void connections() {
        double[] values = new double[seconds + 1];
        Arrays.fill(values, -1);
        for (Book.Sample sample : book.samples()) {
            values[Math.min(seconds, sample.at() / 1_000)] = sample.connected();
        }
        double max = Math.max(5, Arrays.stream(values).max().orElse(5));
        title("connections", String.format("0 to %.0f", max));
        line(values, max, "#0e7490");
        top += ROW;
    }

    private void breaks() {
        title("breaks", "by node");
        for (Stay stay : account.stays()) {
            if (stay.begun() >= 0 && LiveChecks.isBreak(stay)) {
                double y = top + 24 + stay.node() * 14;
                double back = x(stay.ended());
                put("<circle cx='%.1f' cy='%.1f' r='2' fill='#b91c1c'/>", back, y);
            }
        }
        put("<text x='4' y='%d'>resets</text>", top + 76);
        account.trails().forEach(trail -> trail.steps().forEach(step -> {
            if (step instanceof WasReset) {
                put("<circle cx='%.1f' cy='%d' r='2' fill='#7c3aed'/>", x(step.at()), top + 72);
            }
        }));
        top += 90;
    }

    private void readiness() {
        title("ready", "");
        List<Book.Sample> samples = book.samples();
        for (int node = 0; node < Schedule.NODES; node++) {
            int y = top + 20 + node * 18;
            put("<text x='70' y='%d'>node %d</text>", y + 10, node);
            int from = 0;
            for (int i = 0; i < samples.size(); i++) {
                boolean last = i + 1 == samples.size();
                if (last
                        || !samples.get(i + 1)
                                .ready()
                                .get(node)
                                .equals(samples.get(from).ready().get(node))) {
                    int until = last ? samples.get(i).at() : samples.get(i + 1).at();
                    put(
                            "<rect x='%.1f' y='%d' width='%.1f' height='12' fill='%s'/>",
                            x(samples.get(from).at()),
                            y,
                            Math.max(0.5, x(until) - x(samples.get(from).at())),
                            samples.get(from).ready().get(node) ? "#6ee7b7" : "#ef4444");
                    from = i + 1;
                }
            }
        }
        top += 20 + Schedule.NODES * 18 + 10;
    }
}
