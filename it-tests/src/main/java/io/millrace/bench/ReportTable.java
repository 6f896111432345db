package io.millrace.bench;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The report as text for the console. */
final class ReportTable {
    private ReportTable() {}

    static String render(Report report) {
        StringBuilder text = new StringBuilder(report.conditions()).append('\n');
        report.remarks().forEach(remark -> text.append(remark).append('\n'));
        for (Scenario scenario : report.scenarios()) {
            List<String> servers = report.servers(scenario);
            text.append('\n').append(String.format(Locale.ROOT, "%-40s", shortened(scenario)));
            servers.forEach(server -> text.append(String.format(Locale.ROOT, "%16s", server)));
            text.append('\n');
            for (Figure figure : scenario.shown()) {
                text.append(String.format(Locale.ROOT, "  %-38s", figure.label()));
                servers.forEach(server -> text.append(
                        String.format(Locale.ROOT, "%16s", said(figure, report.median(scenario, server, figure)))));
                text.append('\n');
            }
        }
        text.append('\n');
        report.verdicts().forEach(verdict -> text.append(verdict).append('\n'));
        text.append(report.sound() ? "\nevery event came exactly once and in order" : "\nFAILED: " + report.faults());
        return text.toString();
    }

    private static String shortened(Scenario scenario) {
        return scenario.title().length() <= 40
                ? scenario.title()
                : scenario.title().substring(0, 37) + "...";
    }

    static String said(Figure figure, Optional<Double> value) {
        return value.map(figure::format).orElse("-");
    }
}
