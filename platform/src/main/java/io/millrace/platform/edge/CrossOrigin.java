package io.millrace.platform.edge;

import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** CORS (WHATWG Fetch) for the pages on the list, and for no others: they hear only that they may not call. */
final class CrossOrigin {
    private static final List<HttpHeader> PREFLIGHT = List.of(
            RawHeader.create("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS"),
            RawHeader.create(
                    "Access-Control-Allow-Headers",
                    "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, " + StreamResume.HEADER),
            RawHeader.create("Access-Control-Max-Age", "600"));

    private final Logins logins;

    CrossOrigin(Logins logins) {
        this.logins = logins;
    }

    HttpResponse preflight(Call call) {
        logins.checkOrigin(call);
        return HttpResponse.create().withStatus(StatusCodes.NO_CONTENT).addHeaders(PREFLIGHT);
    }

    /** Lets the page read the answer, where the origin may call at all. */
    HttpResponse mark(HttpRequest request, HttpResponse answer) {
        return request.getHeader("Origin")
                .map(HttpHeader::value)
                .filter(origin -> answer.status().intValue() != StatusCodes.FORBIDDEN.intValue())
                .map(origin -> answer.addHeaders(List.of(
                        RawHeader.create("Access-Control-Allow-Origin", origin),
                        RawHeader.create("Access-Control-Allow-Credentials", "true"),
                        RawHeader.create("Access-Control-Expose-Headers", "Retry-After"),
                        RawHeader.create("Vary", "Origin"))))
                .orElse(answer);
    }
}
