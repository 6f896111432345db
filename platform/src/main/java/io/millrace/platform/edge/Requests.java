package io.millrace.platform.edge;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** The requests of one socket that wait for their answers, and event streams that are carried in one. */
final class Requests {
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger streams = new AtomicInteger();
    private volatile boolean lastOnes;
    private volatile long quietSince = System.nanoTime();

    /** Asks the routes, and counts until they answer. */
    CompletionStage<HttpResponse> ask(Function<HttpRequest, CompletionStage<HttpResponse>> routes, HttpRequest request)
            throws Exception {
        begins();
        return routes.apply(request).whenComplete((answer, failure) -> ends());
    }

    /** Counts a stream as an open request for as long as it runs. */
    Source<ByteString, NotUsed> during(Source<ByteString, NotUsed> stream) {
        return stream.watchTermination((notUsed, done) -> {
            streams.incrementAndGet();
            begins();
            done.whenComplete((end, failure) -> {
                ends();
                streams.decrementAndGet();
            });
            return notUsed;
        });
    }

    boolean areOpen() {
        return open.get() > 0;
    }

    /** Whether nothing waits for an answer, and streams run. */
    boolean areStreams() {
        int running = streams.get();
        return running > 0 && open.get() == running;
    }

    /** How many there have been. */
    int begun() {
        return begun.get();
    }

    /** When the last one ended, as {@link System#nanoTime}; tells something only while none is open. */
    long quietSince() {
        return quietSince;
    }

    /** Each further answer says that it is the last on this socket. */
    void areTheLast() {
        lastOnes = true;
    }

    boolean lastOnes() {
        return lastOnes;
    }

    private void begins() {
        begun.incrementAndGet();
        open.incrementAndGet();
    }

    private void ends() {
        quietSince = System.nanoTime();
        open.decrementAndGet();
    }
}
