package io.millrace.platform.edge;

import io.millrace.protocol.Code;
import io.millrace.protocol.Refusal;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/** What the doors answer with: JSON, or a refusal as an RFC 9457 problem document. The one place where a refusal becomes HTTP. */
final class Replies {
    private static final ContentType PROBLEM = MediaTypes.applicationWithFixedCharset(
                    "problem+json", HttpCharsets.UTF_8)
            .toContentType();
    private static final HttpHeader NO_STORE = RawHeader.create("Cache-Control", "no-store");

    private Replies() {}

    static HttpResponse json(int status, byte[] body) {
        return HttpResponse.create()
                .withStatus(StatusCodes.get(status))
                .addHeader(NO_STORE)
                .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, body));
    }

    /** @param address the request's path, or null where it couldn't be read */
    static HttpResponse refusal(Refusal refusal, @Nullable String address) {
        List<HttpHeader> headers = new ArrayList<>();
        headers.add(NO_STORE);
        if (refusal.retryAfterSeconds() >= 0) {
            headers.add(RawHeader.create("Retry-After", Long.toString(refusal.retryAfterSeconds())));
        }
        if (refusal.code().httpStatus() == 401) {
            // [spec] RFC 9110, 15.5.2: "The server generating a 401 response MUST send a WWW-Authenticate header field"
            boolean sent = refusal.code() != Code.UNAUTHENTICATED;
            headers.add(RawHeader.create(
                    "WWW-Authenticate",
                    sent ? "Bearer realm=\"millrace\", error=\"invalid_token\"" : "Bearer realm=\"millrace\""));
        }
        return HttpResponse.create()
                .withStatus(StatusCodes.get(refusal.code().httpStatus()))
                .addHeaders(headers)
                .withEntity(HttpEntities.create(PROBLEM, refusal.problemJson(address)));
    }
}
