package io.millrace.platform.boot;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.io.File;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes this machine's real figures once a second, as {@code worker.metrics.updated} to {@code worker:<host>}, by the
 * same HTTP door as everybody. A figure that could not be published is sent again with its key until it is.
 */
final class Demo implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Demo.class);

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient client = HttpClient.newHttpClient();
    private final OperatingSystemMXBean machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final ScheduledExecutorService everySecond = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "demo");
        thread.setDaemon(true);
        return thread;
    });
    private final URI address;
    private final String token;
    private final String host;

    private Demo(int port, String token, String host) {
        this.address = URI.create("http://127.0.0.1:" + port + "/v1/channels/worker:" + host + "/events");
        this.token = token;
        this.host = host;
    }

    static Demo start(int port, String token) {
        Demo demo = new Demo(port, token, hostName());
        demo.everySecond.scheduleAtFixedRate(demo::publish, 0, 1, TimeUnit.SECONDS);
        return demo;
    }

    String channel() {
        return "worker:" + host;
    }

    @Override
    public void close() {
        everySecond.shutdownNow();
    }

    private void publish() {
        try {
            Map<String, Object> event = new LinkedHashMap<>();
            event.put("type", "worker.metrics.updated");
            event.put("source", "demo");
            event.put("key", "demo-" + Instant.now());
            event.put("data", figures());
            HttpRequest request = HttpRequest.newBuilder(address)
                    .header("Authorization", "Bearer " + token)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(json.writeValueAsBytes(event)))
                    .build();
            int status =
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status == 503) {
                client.send(request, HttpResponse.BodyHandlers.discarding());
            }
        } catch (IOException away) {
            LOG.debug("The demo could not publish: {}", away.toString());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private Map<String, Object> figures() {
        Runtime runtime = Runtime.getRuntime();
        File disk = new File(".");
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("worker", host);
        figures.put("cpu", rounded(machine.getCpuLoad()));
        figures.put("load", rounded(machine.getSystemLoadAverage()));
        figures.put("memoryUsedBytes", machine.getTotalMemorySize() - machine.getFreeMemorySize());
        figures.put("memoryTotalBytes", machine.getTotalMemorySize());
        figures.put("heapUsedBytes", runtime.totalMemory() - runtime.freeMemory());
        figures.put(
                "gcMillis",
                ManagementFactory.getGarbageCollectorMXBeans().stream()
                        .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                        .sum());
        figures.put("diskFreeBytes", disk.getUsableSpace());
        figures.put("diskTotalBytes", disk.getTotalSpace());
        return figures;
    }

    private static double rounded(double figure) {
        return Math.round(figure * 1000) / 1000.0;
    }

    private static String hostName() {
        try {
            String name = InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9_.-]", "-");
            return name.isEmpty() ? "localhost" : name;
        } catch (IOException unknown) {
            return "localhost";
        }
    }
}
