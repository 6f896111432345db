package io.millrace.bench;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Latency distributions as inline SVG, one curve a server. The horizontal axis gives every further nine the same width,
 * the vertical one is logarithmic: that way the tail, which is what hurts, isn't hidden in the last pixel.
 */
final class PercentilePlot {
    private static final double NINES = 4;
    private static final int STEPS = 160;
    private static final List<Double> TICKS = List.of(0.0, 50.0, 90.0, 99.0, 99.9, 99.99);

    private final double low;
    private final double high;

    private PercentilePlot(double low, double high) {
        this.low = low;
        this.high = high;
    }

    /** Empty where nobody has latencies. */
    static String render(List<Histogram> servers) {
        List<Histogram> measured =
                servers.stream().filter(latency -> latency.getTotalCount() > 0).toList();
        if (measured.isEmpty()) {
            return "";
        }
        long least = measured.stream().mapToLong(Histogram::getMinValue).min().orElse(1);
        long most = measured.stream().mapToLong(Histogram::getMaxValue).max().orElse(1);
        double low = Math.floor(Math.log10(Math.max(1, least)));
        double high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(1, most))));
        return new PercentilePlot(low, high).draw(servers);
    }

    private String draw(List<Histogram> servers) {
        Chart chart = new Chart("latency by percentile");
        for (double percentile : TICKS) {
            chart.vertical(x(percentile), Chart.trimmed(percentile) + "%");
        }
        for (double power = low; power <= high; power++) {
            chart.horizontal(y(Math.pow(10, power)), Chart.trimmed(Math.pow(10, power) / 1000) + " ms");
        }
        for (int i = 0; i < servers.size(); i++) {
            if (servers.get(i).getTotalCount() > 0) {
                chart.curve(i, false, points(servers.get(i)));
            }
        }
        return chart.end();
    }

    private String points(Histogram latency) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i <= STEPS; i++) {
            double percentile = 100 - 100 / Math.pow(10, NINES * i / STEPS);
            double value = Math.max(1, latency.getValueAtPercentile(percentile));
            points.append(Chart.point(x(percentile), y(value)));
        }
        return points.toString();
    }

    private static double x(double percentile) {
        double nines = Math.log10(100 / (100 - percentile));
        return Chart.LEFT + (Chart.RIGHT - Chart.LEFT) * nines / NINES;
    }

    private double y(double micros) {
        double share = (Math.log10(micros) - low) / (high - low);
        return Chart.BOTTOM - (Chart.BOTTOM - Chart.TOP) * share;
    }
}
