package io.millrace.bench;

import java.util.Locale;

/** An SVG's frame: where the plot lies in it, lines and words. */
final class Chart {
    static final int COLOURS = 5;
    static final int WIDTH = 760;
    static final int HEIGHT = 260;
    static final int LEFT = 70;
    static final int RIGHT = WIDTH - 20;
    static final int TOP = 15;
    static final int BOTTOM = HEIGHT - 30;

    private final StringBuilder svg;

    Chart(String label) {
        svg = new StringBuilder(
                "<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\" aria-label=\"" + label + "\">\n");
    }

    void vertical(double x, String words) {
        line(x, TOP, x, BOTTOM);
        text(x, HEIGHT - 10, "middle", words);
    }

    void horizontal(double y, String words) {
        line(LEFT, y, RIGHT + 10, y);
        text(LEFT - 6, y + 4, "end", words);
    }

    /** @param dashed tells two curves of one server apart */
    void curve(int colour, boolean dashed, String points) {
        svg.append("<polyline class=\"curve s")
                .append(colour % COLOURS)
                .append(dashed ? " second" : "")
                .append("\" points=\"")
                .append(points.strip())
                .append("\"/>\n");
    }

    void words(String said) {
        text(LEFT + 10, TOP + 12, "start", said);
    }

    String end() {
        return svg.append("</svg>\n").toString();
    }

    static String point(double x, double y) {
        return String.format(Locale.ROOT, "%.1f,%.1f ", x, y);
    }

    static String trimmed(double number) {
        return number == Math.rint(number) ? String.format(Locale.ROOT, "%,.0f", number) : Double.toString(number);
    }

    private void line(double x1, double y1, double x2, double y2) {
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
                x1,
                y1,
                x2,
                y2));
    }

    private void text(double x, double y, String anchor, String words) {
        svg.append(String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, words));
    }
}
