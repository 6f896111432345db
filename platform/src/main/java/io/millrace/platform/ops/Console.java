package io.millrace.platform.ops;

import io.millrace.platform.access.Grant;
import io.millrace.platform.access.Login;
import io.millrace.protocol.Code;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.Refusal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.Materializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /console}: the page people look at, and under {@code /console/api} what it asks. What the public port has is there
 * under {@code /console/api/v1}, by the same doors and with the visitor's own grants; the rest are the questions of
 * {@link Questions}. Every answer but the page's own files wants an admin's login, unless that is switched off.
 */
public final class Console {
    private static final Logger LOG = LoggerFactory.getLogger(Console.class);
    private static final String HOME = "/console";
    private static final String API = HOME + "/api/";
    private static final String DOORS = API + "v1/";

    /** Who somebody is who need not log in. */
    private static final Login ANYBODY =
            new Login("console", null, List.of(Grant.parse("*:admin")), null, null, Map.of());

    private final ConsoleFiles files = new ConsoleFiles();
    private final Admin.Guard guard;
    private final BiFunction<HttpRequest, Login, CompletionStage<HttpResponse>> doors;
    private final Questions questions;
    private final Materializer materializer;
    private volatile String address = "";
    private volatile @Nullable Supplier<String> demo;

    /** @param doors the public port's, for somebody who is known already */
    public Console(
            Admin.Guard guard,
            BiFunction<HttpRequest, Login, CompletionStage<HttpResponse>> doors,
            Questions questions,
            Materializer materializer) {
        this.guard = guard;
        this.doors = doors;
        this.questions = questions;
        this.materializer = materializer;
    }

    /** Where the public port is, for whoever wants to copy a command. */
    public void isServedAt(String address) {
        this.address = address;
    }

    /** @param start starts publishing, unless it was started, and says to which channel */
    public void offersDemo(Supplier<String> start) {
        demo = start;
    }

    boolean serves(HttpRequest request) {
        String path = request.getUri().path();
        return path.equals(HOME) || path.startsWith(HOME + "/");
    }

    CompletionStage<HttpResponse> handle(HttpRequest request) {
        String path = request.getUri().path();
        if (!path.startsWith(API)) {
            return CompletableFuture.completedFuture(
                    path.equals(HOME) ? redirect() : files.file(request, path.substring(HOME.length() + 1)));
        }
        if (!SamePage.asks(request, guard.loginRequired())) {
            request.discardEntityBytes(materializer);
            return CompletableFuture.completedFuture(refusal(
                    request,
                    Refusal.of(Code.ORIGIN_REFUSED, "only the console's own page, at its own address, may ask")));
        }
        return guard.operator(request)
                .thenCompose(login -> answer(request, login.orElse(ANYBODY)))
                .exceptionally(failure -> refused(request, failure));
    }

    private CompletionStage<HttpResponse> answer(HttpRequest request, Login login) {
        String path = request.getUri().path();
        if (path.startsWith(DOORS)) {
            Uri inside = request.getUri().path(path.substring(API.length() - 1));
            return doors.apply(request.withUri(inside), login);
        }
        String question = path.substring(API.length());
        if (question.equals("me")) {
            return CompletableFuture.completedFuture(Json.answer(me(login)));
        }
        if (question.equals("demo") && request.method().equals(HttpMethods.POST)) {
            return CompletableFuture.completedFuture(Json.answer(startDemo()));
        }
        return body(request)
                .thenCompose(body -> questions.ask(
                        question, Questions.Asked.of(request.getUri().query().toMap(), body)))
                .thenApply(Json::answer);
    }

    private Map<String, Object> me(Login login) {
        Map<String, Object> me = new LinkedHashMap<>();
        me.put("subject", login.subject());
        me.put("signedIn", login != ANYBODY);
        me.put("address", address);
        me.put("demo", demo != null);
        return me;
    }

    private Map<String, Object> startDemo() {
        Supplier<String> start = demo;
        if (start == null) {
            throw new InvalidInput(Code.NOT_FOUND, "demo", "is there with `millrace.jar dev` only");
        }
        return Map.of("channel", start.get());
    }

    private CompletionStage<byte[]> body(HttpRequest request) {
        return request.entity()
                .withSizeLimit(Questions.BODY_BYTES)
                .toStrict(5000, materializer)
                .thenApply(strict -> strict.getData().toArrayUnsafe());
    }

    private HttpResponse refused(HttpRequest request, Throwable failure) {
        request.discardEntityBytes(materializer);
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof Admin.NoAdmin) {
            return Admin.loginNeeded();
        }
        if (cause instanceof InvalidInput invalid) {
            return refusal(request, Refusal.of(invalid));
        }
        LOG.error("The console could not answer {}", request.getUri().path(), cause);
        return refusal(request, Refusal.of(Code.INTERNAL_ERROR));
    }

    private static HttpResponse refusal(HttpRequest request, Refusal refusal) {
        return Json.refusal(request.getUri().path(), refusal);
    }

    private static HttpResponse redirect() {
        return HttpResponse.create()
                .withStatus(StatusCodes.PERMANENT_REDIRECT)
                .addHeader(RawHeader.create("Location", HOME + "/"));
    }
}
