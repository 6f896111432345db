package io.millrace.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** A server's memory over time, looked at by a thread of its own. */
record MemoryCurve(List<Point> points) {
    static final MemoryCurve NONE = new MemoryCurve(List.of());

    /** @param heapKilobytes in use, garbage included; 0 where it isn't known */
    record Point(double seconds, long rssKilobytes, long heapKilobytes) {}

    /** Looks until it is closed. */
    static final class Watch implements AutoCloseable {
        private static final int MAX_POINTS = 600;

        private final ProcessGauge gauge;
        private final int adminPort;
        private final List<Point> points = new ArrayList<>();
        private final long begun = System.nanoTime();
        private final Thread thread = new Thread(this::look, "memory");
        private volatile boolean closing;
        private long everyMillis = 250;

        Watch(ProcessGauge gauge, int adminPort) {
            this.gauge = gauge;
            this.adminPort = adminPort;
            thread.setDaemon(true);
            thread.start();
        }

        private void look() {
            while (!closing) {
                OptionalLong rss = gauge.rssKilobytes();
                double heap = Metrics.lately(adminPort).heapBytes() / 1024;
                rss.ifPresent(kilobytes -> add(new Point((System.nanoTime() - begun) / 1e9, kilobytes, (long) heap)));
                Pause.millis(everyMillis);
            }
        }

        /** A long run is looked at less often: twice as many points as fit are thinned to half. */
        private synchronized void add(Point point) {
            points.add(point);
            if (points.size() == 2 * MAX_POINTS) {
                for (int i = 0; i < MAX_POINTS; i++) {
                    points.remove(i);
                }
                everyMillis *= 2;
            }
        }

        synchronized MemoryCurve curve() {
            return new MemoryCurve(List.copyOf(points));
        }

        @Override
        public void close() {
            closing = true;
        }
    }
}
