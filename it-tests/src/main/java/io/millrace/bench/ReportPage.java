package io.millrace.bench;

import java.util.stream.Collectors;

/** The report as one page that opens from disk: tables and plots inline, nothing loaded from anywhere. */
final class ReportPage {
    private static final String STYLE =
            """
            :root { color-scheme: light dark; --product: #0b6bcb; --floor: #b4590e; --line: #8886; }
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
            table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
            th, td { padding: .2rem .9rem; text-align: right; border-bottom: 1px solid var(--line); }
            th:first-child, td:first-child { text-align: left; }
            svg { width: 100%; height: auto; margin: 1rem 0; }
            svg text { font: 11px system-ui, sans-serif; fill: currentColor; }
            .grid { stroke: var(--line); stroke-width: 1; }
            .product { stroke: var(--product); fill: none; stroke-width: 2; }
            .floor { stroke: var(--floor); fill: none; stroke-width: 2; stroke-dasharray: 5 3; }
            .failed { color: #c00; font-weight: bold; }
            """;

    private ReportPage() {}

    static String render(Report report) {
        StringBuilder page = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width\"><title>Millrace benchmark</title>")
                .append("<style>\n")
                .append(STYLE)
                .append("</style></head><body>\n<h1>Millrace beside its floor</h1>\n<p>")
                .append(escaped(report.conditions()))
                .append("</p>\n")
                .append(verdict(report));
        for (Scenario scenario : Scenario.values()) {
            page.append("<h2>").append(escaped(scenario.title())).append("</h2>\n");
            page.append(table(report, scenario));
            page.append(PercentilePlot.render(
                    report.latency(scenario, Report.PRODUCT), report.latency(scenario, Report.FLOOR)));
        }
        return page.append("</body></html>\n").toString();
    }

    private static String verdict(Report report) {
        if (report.sound()) {
            return "<p>Every event came exactly once and in order.</p>\n";
        }
        return report.faults().stream()
                .map(fault -> "<li>" + escaped(fault) + "</li>")
                .collect(Collectors.joining("", "<p class=\"failed\">This run failed.</p><ul>", "</ul>\n"));
    }

    private static String table(Report report, Scenario scenario) {
        StringBuilder rows =
                new StringBuilder("<table><tr><th></th><th>product</th><th>floor</th><th>product / floor</th></tr>\n");
        for (Figure figure : scenario.shown()) {
            rows.append("<tr><td>")
                    .append(figure.label())
                    .append("</td><td>")
                    .append(Report.said(figure, report.median(scenario, Report.PRODUCT, figure)))
                    .append("</td><td>")
                    .append(Report.said(figure, report.median(scenario, Report.FLOOR, figure)))
                    .append("</td><td>")
                    .append(Report.saidRatio(report.ratio(scenario, figure)))
                    .append("</td></tr>\n");
        }
        return rows.append("</table>\n").toString();
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
