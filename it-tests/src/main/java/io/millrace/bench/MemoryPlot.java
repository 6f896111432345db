package io.millrace.bench;

import io.millrace.bench.MemoryCurve.Point;
import java.util.List;
import java.util.function.ToLongFunction;

/** Memory over time as inline SVG: resident solid, heap in use dashed, one colour a server. */
final class MemoryPlot {
    private static final int TICKS = 5;
    private static final double KILOBYTES_PER_MEGABYTE = 1024;

    private final double seconds;
    private final double kilobytes;

    private MemoryPlot(double seconds, double kilobytes) {
        this.seconds = seconds;
        this.kilobytes = kilobytes;
    }

    /** Empty where nobody was looked at. */
    static String render(List<MemoryCurve> servers) {
        List<Point> all =
                servers.stream().flatMap(curve -> curve.points().stream()).toList();
        if (all.isEmpty()) {
            return "";
        }
        double seconds = all.stream().mapToDouble(Point::seconds).max().orElse(1);
        double most = all.stream()
                .mapToDouble(point -> Math.max(point.rssKilobytes(), point.heapKilobytes()))
                .max()
                .orElse(1);
        return new MemoryPlot(Math.max(1, seconds), Math.max(1, most) * 1.05).draw(servers);
    }

    private String draw(List<MemoryCurve> servers) {
        Chart chart = new Chart("memory over time");
        for (int tick = 0; tick <= TICKS; tick++) {
            chart.vertical(x(seconds * tick / TICKS), Math.round(seconds * tick / TICKS) + " s");
            double height = kilobytes * tick / TICKS;
            chart.horizontal(y(height), Math.round(height / KILOBYTES_PER_MEGABYTE) + " MB");
        }
        for (int i = 0; i < servers.size(); i++) {
            List<Point> points = servers.get(i).points();
            chart.curve(i, false, path(points, Point::rssKilobytes));
            if (points.stream().anyMatch(point -> point.heapKilobytes() > 0)) {
                chart.curve(i, true, path(points, Point::heapKilobytes));
            }
        }
        chart.words("solid: resident, dashed: heap in use, garbage included");
        return chart.end();
    }

    private String path(List<Point> points, ToLongFunction<Point> which) {
        StringBuilder path = new StringBuilder();
        points.forEach(point -> path.append(Chart.point(x(point.seconds()), y(which.applyAsLong(point)))));
        return path.toString();
    }

    private double x(double second) {
        return Chart.LEFT + (Chart.RIGHT - Chart.LEFT) * second / seconds;
    }

    private double y(double height) {
        return Chart.BOTTOM - (Chart.BOTTOM - Chart.TOP) * height / kilobytes;
    }
}
