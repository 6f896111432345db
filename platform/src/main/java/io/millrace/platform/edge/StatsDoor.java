package io.millrace.platform.edge;

import io.millrace.platform.preset.Preset;
import io.millrace.protocol.PageShape;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code GET /v1/stats}: the cluster's figures, for admins; by an alias in its preset's shape. */
final class StatsDoor {
    private final Logins logins;
    private final Supplier<CompletionStage<byte[]>> stats;

    StatsDoor(Logins logins, Supplier<CompletionStage<byte[]>> stats) {
        this.logins = logins;
        this.stats = stats;
    }

    CompletionStage<HttpResponse> read(Call call) {
        Preset preset = call.preset();
        return logins.requireAdmin(call)
                .thenCompose(login -> stats.get())
                .thenApply(figures -> Replies.json(
                        200,
                        preset == null
                                ? figures
                                : PageShape.of(figures, preset.words().stats())));
    }
}
