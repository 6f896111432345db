package io.millrace.platform.ops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.platform.access.Access;
import io.millrace.platform.access.Login;
import io.millrace.platform.access.TokenVerifier;
import io.millrace.platform.access.Verified;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * The admin port: {@code /livez} and {@code /readyz} for whoever starts and routes, {@code /metrics} for Prometheus,
 * {@code /stats} and {@code /console} for people, {@code /drain} to have the node leave, and what the public port has for operators under
 * {@code /v1}. What tells more than yes or no wants an admin's token, unless that is switched off.
 */
public final class Admin {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BEARER = "Bearer ";

    private final Readiness readiness;
    private final Departure departure;
    private final ClusterStats stats;
    private final PrometheusMeterRegistry metrics;
    private final Guard guard;
    private final Operators operator;
    private final Console console;
    private final Executor blocking;

    public Admin(
            Readiness readiness,
            Departure departure,
            ClusterStats stats,
            PrometheusMeterRegistry metrics,
            Guard guard,
            Operators operator,
            Console console,
            Executor blocking) {
        this.readiness = readiness;
        this.departure = departure;
        this.stats = stats;
        this.metrics = metrics;
        this.guard = guard;
        this.operator = operator;
        this.console = console;
        this.blocking = blocking;
    }

    /** Who may see figures. */
    public record Guard(TokenVerifier verifier, Access access, Clock clock, boolean loginRequired) {
        /** The admin's login; empty where none is needed and none was sent. Fails where one is needed and isn't there. */
        CompletionStage<Optional<Login>> operator(HttpRequest request) {
            String authorization =
                    request.getHeader("Authorization").map(HttpHeader::value).orElse("");
            if (!authorization.startsWith(BEARER)) {
                return loginRequired
                        ? CompletableFuture.failedFuture(new NoAdmin())
                        : CompletableFuture.completedFuture(Optional.empty());
            }
            return verifier.verify(authorization.substring(BEARER.length())).thenApply(verified -> {
                if (verified instanceof Verified.Authenticated authenticated
                        && access.isAdmin(authenticated.login(), clock.instant())) {
                    return Optional.of(authenticated.login());
                }
                throw new NoAdmin();
            });
        }

        CompletionStage<Boolean> admits(HttpRequest request) {
            String authorization =
                    request.getHeader("Authorization").map(HttpHeader::value).orElse("");
            if (!authorization.startsWith(BEARER)) {
                return CompletableFuture.completedFuture(!loginRequired);
            }
            return verifier.verify(authorization.substring(BEARER.length()))
                    .thenApply(verified -> verified instanceof Verified.Authenticated authenticated
                            && access.isAdmin(authenticated.login(), clock.instant()));
        }
    }

    /** Somebody who isn't an operator. */
    static final class NoAdmin extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NoAdmin() {
            super("no admin", null, false, false);
        }
    }

    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        if (console.serves(request)) {
            return console.handle(request);
        }
        if (operator.serves(request)) {
            return operator.handle(request);
        }
        String path = request.getUri().path();
        if (request.method().equals(HttpMethods.POST) && path.equals("/drain")) {
            return guarded(request, this::drain);
        }
        if (!request.method().equals(HttpMethods.GET) && !request.method().equals(HttpMethods.HEAD)) {
            return CompletableFuture.completedFuture(plain(405, "only GET, and POST on /drain"));
        }
        return switch (path) {
            case "/livez" -> CompletableFuture.completedFuture(plain(200, "ok"));
            case "/readyz" -> CompletableFuture.supplyAsync(this::ready, blocking);
            case "/metrics" -> guarded(request, this::metrics);
            case "/stats" -> guardedLater(request, () -> stats.now().thenApply(now -> json(200, now)));
            case "/drain" -> guarded(request, () -> json(200, departure.progress()));
            default ->
                CompletableFuture.completedFuture(
                        plain(404, "here are /console, /livez, /readyz, /metrics, /stats and /drain"));
        };
    }

    private CompletionStage<HttpResponse> guarded(HttpRequest request, Supplier<HttpResponse> page) {
        return guardedLater(request, () -> CompletableFuture.completedFuture(page.get()));
    }

    private CompletionStage<HttpResponse> guardedLater(
            HttpRequest request, Supplier<CompletionStage<HttpResponse>> page) {
        return guard.admits(request)
                .thenCompose(admitted -> admitted ? page.get() : CompletableFuture.completedFuture(loginNeeded()));
    }

    static HttpResponse loginNeeded() {
        return plain(401, "send an admin's token: Authorization: Bearer <token>")
                .addHeader(RawHeader.create("WWW-Authenticate", "Bearer realm=\"millrace admin\""));
    }

    private HttpResponse ready() {
        Map<String, String> checks = readiness.checks();
        boolean ready = checks.values().stream().allMatch("ok"::equals);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ready", ready);
        answer.put("checks", checks);
        return json(ready ? 200 : 503, answer);
    }

    private HttpResponse drain() {
        departure.begin();
        return json(202, departure.progress());
    }

    private HttpResponse metrics() {
        return HttpResponse.create()
                .withEntity(HttpEntities.create(
                        ContentTypes.parse("text/plain; version=0.0.4; charset=utf-8"),
                        metrics.scrape().getBytes(StandardCharsets.UTF_8)));
    }

    private static HttpResponse plain(int status, String text) {
        return HttpResponse.create()
                .withStatus(StatusCodes.get(status))
                .withEntity(HttpEntities.create(ContentTypes.TEXT_PLAIN_UTF8, text + "\n"));
    }

    private static HttpResponse json(int status, Object value) {
        try {
            return HttpResponse.create()
                    .withStatus(StatusCodes.get(status))
                    .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, JSON.writeValueAsBytes(value)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps of texts and numbers are always JSON", e);
        }
    }
}
