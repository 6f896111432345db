package io.millrace.bench;

import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * A latency distribution as inline SVG. The horizontal axis gives every further nine the same width, the vertical one is
 * logarithmic: that way the tail, which is what hurts, isn't hidden in the last pixel.
 */
final class PercentilePlot {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 260;
    private static final int LEFT = 70;
    private static final int BOTTOM = 30;
    private static final int TOP = 15;
    private static final double NINES = 4;
    private static final int STEPS = 160;
    private static final List<Double> TICKS = List.of(0.0, 50.0, 90.0, 99.0, 99.9, 99.99);

    private final double low;
    private final double high;

    private PercentilePlot(double low, double high) {
        this.low = low;
        this.high = high;
    }

    /** Empty where the product's scenario has no latencies. */
    static String render(Histogram product, Histogram floor) {
        if (product.getTotalCount() == 0) {
            return "";
        }
        long least = Math.max(1, product.getMinValue());
        long most = product.getMaxValue();
        if (floor.getTotalCount() > 0) {
            least = Math.min(least, Math.max(1, floor.getMinValue()));
            most = Math.max(most, floor.getMaxValue());
        }
        double low = Math.floor(Math.log10(least));
        double high = Math.max(low + 1, Math.ceil(Math.log10(most)));
        return new PercentilePlot(low, high).draw(product, floor);
    }

    private String draw(Histogram product, Histogram floor) {
        StringBuilder svg = new StringBuilder("<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT
                + "\" role=\"img\" aria-label=\"latency by percentile\">\n");
        for (double percentile : TICKS) {
            double x = x(percentile);
            svg.append(line(x, TOP, x, HEIGHT - BOTTOM))
                    .append(text(x, HEIGHT - 10, "middle", trimmed(percentile) + "%"));
        }
        for (double power = low; power <= high; power++) {
            double y = y(Math.pow(10, power));
            svg.append(line(LEFT, y, WIDTH - 10, y))
                    .append(text(LEFT - 6, y + 4, "end", trimmed(Math.pow(10, power) / 1000) + " ms"));
        }
        svg.append(curve(product, "product")).append(curve(floor, "floor"));
        return svg.append(text(LEFT + 10, TOP + 12, "start", "solid: product, dashed: floor"))
                .append("</svg>\n")
                .toString();
    }

    private String curve(Histogram latency, String style) {
        if (latency.getTotalCount() == 0) {
            return "";
        }
        StringBuilder points = new StringBuilder();
        for (int i = 0; i <= STEPS; i++) {
            double percentile = 100 - 100 / Math.pow(10, NINES * i / STEPS);
            double value = Math.max(1, latency.getValueAtPercentile(percentile));
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(percentile), y(value)));
        }
        return "<polyline class=\"" + style + "\" points=\"" + points.toString().strip() + "\"/>\n";
    }

    private static double x(double percentile) {
        double nines = Math.log10(100 / (100 - percentile));
        return LEFT + (WIDTH - LEFT - 20) * nines / NINES;
    }

    private double y(double micros) {
        double share = (Math.log10(micros) - low) / (high - low);
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share;
    }

    private static String line(double x1, double y1, double x2, double y2) {
        return String.format(
                Locale.ROOT,
                "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
                x1,
                y1,
                x2,
                y2);
    }

    private static String text(double x, double y, String anchor, String words) {
        return String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, words);
    }

    private static String trimmed(double number) {
        return number == Math.rint(number) ? String.format(Locale.ROOT, "%,.0f", number) : Double.toString(number);
    }
}
