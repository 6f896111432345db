package io.millrace.bench;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.SystemMaterializer;

/** Pekko HTTP with one route that reads the body and answers 201: what a publish costs before anything is done with it. */
final class HttpFloor {
    /** Actors and sockets set as the product has them. */
    private static final String SETTINGS =
            """
            pekko.actor.provider = local
            pekko.loglevel = WARNING
            pekko.actor.default-dispatcher { throughput = 64, fork-join-executor { parallelism-min = 2, parallelism-factor = 1.0 } }
            pekko.io.tcp.worker-dispatcher = "pekko.actor.default-dispatcher"
            pekko.stream.materializer.io.tcp.coalesce-writes = 0
            pekko.http.server { backlog = 4096, pipelining-limit = 1, socket-options.tcp-no-delay = on }
            """;

    private HttpFloor() {}

    /** Serves until the time is up. */
    static void serve(int port, long seconds) {
        Config settings = ConfigFactory.parseString(SETTINGS).withFallback(ConfigFactory.load("reference"));
        ActorSystem system = ActorSystem.create("http-floor", settings.resolve());
        Materializer materializer = SystemMaterializer.get(system).materializer();
        ServerBinding bound = Http.get(system)
                .newServerAt("127.0.0.1", port)
                .bind((Function<HttpRequest, CompletionStage<HttpResponse>>) request -> created(request, materializer))
                .toCompletableFuture()
                .join();
        System.out.println("ready http:/" + bound.localAddress());
        Pause.millis(seconds * 1000);
        system.terminate();
    }

    private static CompletionStage<HttpResponse> created(HttpRequest request, Materializer materializer) {
        request.discardEntityBytes(materializer);
        return CompletableFuture.completedFuture(HttpResponse.create().withStatus(StatusCodes.CREATED));
    }
}
