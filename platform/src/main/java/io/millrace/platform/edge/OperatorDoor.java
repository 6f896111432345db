package io.millrace.platform.edge;

import io.millrace.platform.access.Login;
import io.millrace.platform.connection.OperatorActs;
import io.millrace.platform.connection.OperatorActs.Act;
import io.millrace.platform.connection.OperatorActs.Operator;
import io.millrace.protocol.Code;
import io.millrace.protocol.Refusal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Materializer;

/** {@code /v1/connections}, {@code /v1/disconnect} and {@code /v1/revocations}, for admins. */
final class OperatorDoor {
    private static final Duration BODY_TIMEOUT = Duration.ofSeconds(5);

    private final Logins logins;
    private final OperatorActs acts;
    private final Proxies trusted;
    private final Materializer materializer;

    OperatorDoor(Logins logins, OperatorActs acts, Proxies trusted, Materializer materializer) {
        this.logins = logins;
        this.acts = acts;
        this.trusted = trusted;
        this.materializer = materializer;
    }

    static boolean serves(List<String> path) {
        return path.size() >= 2 && path.get(0).equals("v1") && OperatorActs.PLACES.contains(path.get(1));
    }

    CompletionStage<HttpResponse> open(Call call) {
        return logins.requireAdmin(call)
                .thenCompose(login -> body(call).thenCompose(body -> acts.perform(act(call, login, body))))
                .thenApply(answer -> reply(call, answer));
    }

    private Act act(Call call, Login login, byte[] body) {
        Map<String, String> query = new HashMap<>(call.parameters());
        query.remove(Logins.TOKEN_PARAMETER);
        query.remove("");
        List<String> path = call.path();
        return new Act(
                call.method().value(),
                path.subList(1, path.size()),
                query,
                body,
                new Operator(login.subject(), login.tokenId(), call.address(trusted)));
    }

    private CompletionStage<byte[]> body(Call call) {
        return call.request()
                .entity()
                .withSizeLimit(OperatorActs.BODY_BYTES)
                .toStrict(BODY_TIMEOUT.toMillis(), materializer)
                .handle((strict, failure) -> {
                    if (failure != null) {
                        throw new Refused(Refusal.of(
                                Failures.isTooLarge(failure) ? Code.BODY_TOO_LARGE : Code.INVALID_REQUEST,
                                "a body is at most " + OperatorActs.BODY_BYTES + " bytes and comes at once"));
                    }
                    return ((HttpEntity.Strict) strict).getData().toArrayUnsafe();
                });
    }

    private static HttpResponse reply(Call call, OperatorActs.Answer answer) {
        return answer instanceof OperatorActs.Done done
                ? Replies.json(done.status(), done.json())
                : Replies.refusal(((OperatorActs.No) answer).refusal(), call.address());
    }
}
