package io.millrace.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The peer: nginx with its nchan module, where both are installed ({@code libnginx-mod-nchan}); never required. It keeps
 * messages in memory only.
 *
 * <p>One worker by default. Its subscribers then share one event loop and no message crosses between workers, which is the
 * least CPU a delivery that nchan can reach; on two cores the load generator needs the other one anyway.
 */
final class Nchan {
    private static final List<Path> PROGRAMS = List.of(Path.of("/usr/sbin/nginx"), Path.of("/usr/local/sbin/nginx"));
    private static final List<Path> MODULES = List.of(
            Path.of("/usr/lib/nginx/modules/ngx_nchan_module.so"),
            Path.of("/usr/share/nginx/modules/ngx_nchan_module.so"),
            Path.of("/usr/lib64/nginx/modules/ngx_nchan_module.so"));
    private static final String CONFIGURATION =
            """
            daemon off;
            %6$s
            worker_processes %1$d;
            worker_rlimit_nofile 20000;
            load_module %2$s;
            pid %3$s/nginx.pid;
            error_log %3$s/error.log warn;
            events { worker_connections 19000; }
            http {
              access_log off;
              client_body_temp_path %3$s/body; proxy_temp_path %3$s/proxy; fastcgi_temp_path %3$s/fastcgi;
              uwsgi_temp_path %3$s/uwsgi; scgi_temp_path %3$s/scgi;
              client_body_buffer_size 1m; client_max_body_size 2m;
              keepalive_requests 100000000; keepalive_timeout 1h;
              tcp_nodelay on;
              nchan_shared_memory_size 1g;
              nchan_message_buffer_length %5$d;
              nchan_message_timeout 10m;
              server {
                listen 127.0.0.1:%4$d backlog=4096;
                location ~ ^/pub/(.+)$ { nchan_publisher http; nchan_channel_id $1; }
                location ~ ^/sub/(.+)$ {
                  nchan_subscriber eventsource; nchan_channel_id $1; nchan_subscriber_first_message newest;
                }
                location ~ ^/past/(.+)$ {
                  nchan_subscriber eventsource; nchan_channel_id $1; nchan_subscriber_first_message oldest;
                }
                location ~ ^/ws/(.+)$ {
                  nchan_subscriber websocket; nchan_channel_id $1; nchan_subscriber_first_message newest;
                }
              }
            }
            """;
    /** As many events as the product keeps ready by default. */
    private static final int KEPT_MESSAGES = 10_000;

    private static final Duration START_LIMIT = Duration.ofSeconds(20);

    private Nchan() {}

    /** What is installed. */
    record Installed(Path program, Path module) {}

    static Optional<Installed> find() {
        Optional<Path> program = PROGRAMS.stream().filter(Files::isExecutable).findFirst();
        Optional<Path> module = MODULES.stream().filter(Files::isReadable).findFirst();
        return program.flatMap(nginx -> module.map(nchan -> new Installed(nginx, nchan)));
    }

    /** Why there is no such peer, in words for the report. */
    static String missing() {
        return "nchan isn't installed, so there is no peer to compare with: on Debian, apt-get install nginx-light"
                + " libnginx-mod-nchan";
    }

    /** Starts it with everything it writes in that folder. */
    static ChildServer start(Installed installed, Path folder, int port, int workers) {
        try {
            Path home = Files.createDirectories(folder.toAbsolutePath());
            Path file = home.resolve("nginx.conf");
            Files.writeString(file, configuration(installed, home, port, workers));
            List<String> command = List.of(
                    installed.program().toString(),
                    "-p",
                    home.toString(),
                    "-c",
                    file.toString(),
                    "-e",
                    home + "/error.log");
            return ChildServer.startOnPort(command, home.resolve("nginx.log"), port, START_LIMIT);
        } catch (IOException e) {
            throw new BenchFailure("nchan can't be set up in " + folder + ": " + e.getMessage(), e);
        }
    }

    static String configuration(Installed installed, Path home, int port, int workers) {
        // workers of a master that root started would become nobody, who may not write into the folder
        String user = System.getProperty("user.name").equals("root") ? "user root;" : "";
        return CONFIGURATION.formatted(workers, installed.module(), home, port, KEPT_MESSAGES, user);
    }
}
