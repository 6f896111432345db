package io.millrace.platform.edge;

import io.millrace.protocol.Code;
import io.millrace.protocol.Refusal;
import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;

/**
 * What Pekko HTTP answers by itself to a request that it can't read: a problem document, as the doors give it. The
 * connection ends with it. Named in {@code cluster.conf}, and made anew for each connection.
 */
public final class MalformedRequests extends ParsingErrorHandler {
    private static final int PAYLOAD_TOO_LARGE = 413;
    private static final int URI_TOO_LONG = 414;
    private static final int HEADERS_TOO_LARGE = 431;
    private static final int NOT_IMPLEMENTED = 501;
    private static final int VERSION_NOT_SUPPORTED = 505;

    @Override
    public HttpResponse handle(StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
        Code code = code(status.intValue());
        String summary = error.summary();
        log.debug("A request was refused unread: {}", error);
        return Replies.refusal(Refusal.of(code, summary.isEmpty() ? code.happened() : summary), null);
    }

    private static Code code(int status) {
        return switch (status) {
            case PAYLOAD_TOO_LARGE -> Code.BODY_TOO_LARGE;
            case URI_TOO_LONG -> Code.ADDRESS_TOO_LONG;
            case HEADERS_TOO_LARGE -> Code.HEADER_TOO_LARGE;
            case NOT_IMPLEMENTED -> Code.UNKNOWN_METHOD;
            case VERSION_NOT_SUPPORTED -> Code.UNKNOWN_HTTP_VERSION;
            default -> Code.INVALID_REQUEST;
        };
    }
}
