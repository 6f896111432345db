package io.millrace.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/** The report as one page that opens from disk: tables and plots inline, nothing loaded from anywhere. */
final class ReportPage {
    private static final String STYLE =
            """
            :root { color-scheme: light dark; --line: #8886;
                    --s0: #0b6bcb; --s1: #b4590e; --s2: #2a8a4a; --s3: #8a3ab9; --s4: #888; }
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
            table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
            th, td { padding: .2rem .9rem; text-align: right; border-bottom: 1px solid var(--line); }
            th:first-child, td:first-child { text-align: left; }
            svg { width: 100%; height: auto; margin: 1rem 0; }
            svg text { font: 11px system-ui, sans-serif; fill: currentColor; }
            .grid { stroke: var(--line); stroke-width: 1; }
            .curve { fill: none; stroke-width: 2; }
            .second { stroke-dasharray: 5 3; }
            .s0 { stroke: var(--s0); } .s1 { stroke: var(--s1); } .s2 { stroke: var(--s2); }
            .s3 { stroke: var(--s3); } .s4 { stroke: var(--s4); }
            .key { font-weight: bold; } .k0 { color: var(--s0); } .k1 { color: var(--s1); } .k2 { color: var(--s2); }
            .k3 { color: var(--s3); } .k4 { color: var(--s4); }
            .failed { color: #c00; font-weight: bold; }
            """;

    private ReportPage() {}

    static String render(Report report) {
        StringBuilder page = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width\"><title>Millrace benchmark</title>")
                .append("<style>\n")
                .append(STYLE)
                .append("</style></head><body>\n<h1>Millrace beside its floors and its peer</h1>\n<p>")
                .append(escaped(report.conditions()))
                .append("</p>\n")
                .append(soundness(report));
        report.remarks()
                .forEach(remark -> page.append("<p>").append(escaped(remark)).append("</p>\n"));
        page.append(goals(report));
        for (Scenario scenario : report.scenarios()) {
            page.append("<h2>").append(escaped(scenario.title())).append("</h2>\n");
            page.append(table(report, scenario)).append(plots(report, scenario));
        }
        return page.append("</body></html>\n").toString();
    }

    private static String soundness(Report report) {
        if (report.sound()) {
            return "<p>Every event came exactly once and in order.</p>\n";
        }
        return report.faults().stream()
                .map(fault -> "<li>" + escaped(fault) + "</li>")
                .collect(Collectors.joining("", "<p class=\"failed\">This run failed.</p><ul>", "</ul>\n"));
    }

    private static String goals(Report report) {
        StringBuilder rows = new StringBuilder("<h2>Goals</h2>\n<table><tr>"
                        + heads("scenario", "figure", "", "median", "peer", "ratio", "goal", "reached"))
                .append("</tr>\n");
        for (Verdict verdict : report.verdicts()) {
            boolean missed = verdict.saidReached().equals("NO");
            rows.append(missed ? "<tr class=\"failed\">" : "<tr>")
                    .append(cells(
                            verdict.scenario().title(),
                            verdict.goal().figure().label(),
                            verdict.server(),
                            verdict.said(),
                            verdict.saidMeasure(),
                            verdict.saidRatio(),
                            verdict.goal().words(),
                            verdict.saidReached()))
                    .append("</tr>\n");
        }
        return rows.append("</table>\n").toString();
    }

    private static String table(Report report, Scenario scenario) {
        List<String> servers = report.servers(scenario);
        StringBuilder rows =
                new StringBuilder("<table><tr><th></th>" + heads(servers.toArray(new String[0])) + "</tr>\n");
        for (Figure figure : scenario.shown()) {
            String values = servers.stream()
                    .map(server -> ReportTable.said(figure, report.median(scenario, server, figure)))
                    .map(ReportPage::cells)
                    .collect(Collectors.joining());
            rows.append("<tr>").append(cells(figure.label())).append(values).append("</tr>\n");
        }
        return rows.append("</table>\n").toString();
    }

    private static String plots(Report report, Scenario scenario) {
        Map<String, Histogram> latencies = new LinkedHashMap<>();
        Map<String, MemoryCurve> memories = new LinkedHashMap<>();
        for (String server : report.servers(scenario)) {
            latencies.put(server, report.latency(scenario, server));
            memories.put(server, report.memory(scenario, server));
        }
        String plots = PercentilePlot.render(List.copyOf(latencies.values()))
                + MemoryPlot.render(List.copyOf(memories.values()));
        return plots.isEmpty() ? "" : key(List.copyOf(latencies.keySet())) + plots;
    }

    private static String key(List<String> servers) {
        StringBuilder words = new StringBuilder("<p>");
        for (int i = 0; i < servers.size(); i++) {
            words.append("<span class=\"key k" + i % Chart.COLOURS + "\">" + escaped(servers.get(i)) + "</span> ");
        }
        return words.append("</p>\n").toString();
    }

    private static String heads(String... words) {
        return List.of(words).stream()
                .map(word -> "<th>" + escaped(word) + "</th>")
                .collect(Collectors.joining());
    }

    private static String cells(String... words) {
        return List.of(words).stream()
                .map(word -> "<td>" + escaped(word) + "</td>")
                .collect(Collectors.joining());
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
