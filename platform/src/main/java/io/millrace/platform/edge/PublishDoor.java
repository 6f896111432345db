package io.millrace.platform.edge;

import io.millrace.platform.access.Act;
import io.millrace.platform.access.Login;
import io.millrace.platform.relay.Published;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Draft;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.JsonInput;
import io.millrace.protocol.Position;
import io.millrace.protocol.Receipt;
import io.millrace.protocol.Refusal;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Materializer;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/channels/{channel}/events}: one event or an array, answered when it stands in the journal. */
final class PublishDoor {
    private final Logins logins;
    private final Relays relays;
    private final EdgeSettings.Publishing settings;
    private final Materializer materializer;

    PublishDoor(Logins logins, Relays relays, EdgeSettings.Publishing settings, Materializer materializer) {
        this.logins = logins;
        this.relays = relays;
        this.settings = settings;
        this.materializer = materializer;
    }

    CompletionStage<HttpResponse> publish(Call call, ChannelName channel) {
        return logins.require(call).thenCompose(login -> {
            logins.requireAct(login, Act.PUBLISH, channel);
            return body(call).thenCompose(body -> publish(call, channel, login, body));
        });
    }

    /** A request's body, bounded in bytes and time. */
    CompletionStage<byte[]> body(Call call) {
        if (call.request().entity().getContentLengthOption().orElse(0) > settings.batchBytes()) {
            throw tooLarge();
        }
        if (call.request().entity() instanceof HttpEntity.Strict strict) {
            return CompletableFuture.completedFuture(strict.getData().toArrayUnsafe()); // it came with the head
        }
        // Without an executor Scala's stage takes the common pool, which on one or two cores is a new thread each time.
        return call.request()
                .entity()
                .withSizeLimit(settings.batchBytes())
                .toStrict(settings.bodyTimeout().toMillis(), materializer)
                .handleAsync(this::bytes, materializer.executionContext());
    }

    private byte[] bytes(HttpEntity.@Nullable Strict strict, @Nullable Throwable failure) {
        if (strict == null) {
            throw failure != null && Failures.isTooLarge(failure) ? tooLarge() : bodyMissing();
        }
        return strict.getData().toArrayUnsafe();
    }

    private CompletionStage<HttpResponse> publish(Call call, ChannelName channel, Login login, byte[] body) {
        String combine = call.parameter("combine");
        String key = call.header("Idempotency-Key");
        List<Draft> drafts =
                JsonInput.drafts(body, settings.limits(), combine == null ? key : null, settings.batchEvents());
        boolean batch = JsonInput.isBatch(body);
        if (combine != null) {
            if (!batch) {
                throw new InvalidInput(Code.INVALID_PARAMETER, "combine", "needs an array of events as the body");
            }
            return publish(call, channel, login, List.of(Combined.of(combine, drafts, key)), false);
        }
        return publish(call, channel, login, drafts, batch);
    }

    private CompletionStage<HttpResponse> publish(
            Call call, ChannelName channel, Login login, List<Draft> drafts, boolean batch) {
        String expected = call.parameter("expectedOffset");
        Long expectedOffset = expected == null ? null : Position.offset("expectedOffset", expected);
        return relays.publish(channel, login.subject(), drafts, expectedOffset)
                .thenApply(published -> answer(call, published, batch));
    }

    private static HttpResponse answer(Call call, Published published, boolean batch) {
        if (published instanceof Published.Accepted accepted) {
            List<Receipt> receipts = accepted.receipts();
            return Replies.json(
                    201, batch ? Receipt.json(receipts) : receipts.get(0).json());
        }
        return Replies.refusal(((Published.Refused) published).refusal(), call.address());
    }

    private Refused tooLarge() {
        return new Refused(Refusal.of(Code.BODY_TOO_LARGE, "a publish is at most " + settings.batchBytes() + " bytes"));
    }

    private Refused bodyMissing() {
        return new Refused(Refusal.of(
                Code.INVALID_REQUEST,
                "the body did not arrive within " + settings.bodyTimeout().toSeconds() + " s"));
    }
}
