package io.millrace.platform.ops;

import io.millrace.platform.access.Login;
import io.millrace.platform.connection.OperatorActs;
import io.millrace.platform.connection.OperatorActs.Act;
import io.millrace.platform.connection.OperatorActs.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.stream.Materializer;

/** What the public port has for operators, on the admin port: the same addresses, the same JSON. */
public final class Operators {
    private static final long BODY_MILLIS = 5000;

    private final OperatorActs acts;
    private final Admin.Guard guard;
    private final Materializer materializer;

    public Operators(OperatorActs acts, Admin.Guard guard, Materializer materializer) {
        this.acts = acts;
        this.guard = guard;
        this.materializer = materializer;
    }

    boolean serves(HttpRequest request) {
        List<String> path = path(request);
        return path.size() >= 2 && path.get(0).equals("v1") && OperatorActs.PLACES.contains(path.get(1));
    }

    CompletionStage<HttpResponse> handle(HttpRequest request) {
        return guard.operator(request)
                .thenCompose(login -> body(request).thenCompose(body -> acts.perform(act(request, login, body))))
                .thenApply(answer -> reply(request, answer))
                .exceptionally(nobody -> {
                    request.discardEntityBytes(materializer);
                    return Admin.loginNeeded();
                });
    }

    private static List<String> path(HttpRequest request) {
        List<String> path = new ArrayList<>();
        request.getUri().pathSegments().forEach(path::add);
        return path;
    }

    private CompletionStage<byte[]> body(HttpRequest request) {
        return request.entity()
                .withSizeLimit(OperatorActs.BODY_BYTES)
                .toStrict(BODY_MILLIS, materializer)
                .thenApply(strict -> ((HttpEntity.Strict) strict).getData().toArrayUnsafe());
    }

    private static Act act(HttpRequest request, Optional<Login> login, byte[] body) {
        List<String> path = path(request);
        String address = request.getAttribute(AttributeKeys.remoteAddress)
                .flatMap(peer -> peer.getAddress())
                .map(peer -> peer.getHostAddress())
                .orElse("");
        return new Act(
                request.method().value(),
                path.subList(1, path.size()),
                request.getUri().query().toMap(),
                body,
                new Operator(
                        login.map(Login::subject).orElse("admin port"),
                        login.map(Login::tokenId).orElse(null),
                        address));
    }

    private static HttpResponse reply(HttpRequest request, OperatorActs.Answer answer) {
        if (answer instanceof OperatorActs.Done done) {
            return HttpResponse.create()
                    .withStatus(StatusCodes.get(done.status()))
                    .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, done.json()));
        }
        OperatorActs.No no = (OperatorActs.No) answer;
        return HttpResponse.create()
                .withStatus(StatusCodes.get(no.refusal().code().httpStatus()))
                .withEntity(HttpEntities.create(
                        ContentTypes.parse("application/problem+json"),
                        no.refusal().problemJson(request.getUri().path())));
    }
}
