package io.millrace.platform.ops;

import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * Keeps other pages of the same browser from asking as the console does. Where nobody need log in, whoever reaches the port
 * may ask, and a browser reaches it for any page in the world; a name that was made to point here (DNS rebinding) would
 * even be the same origin, so there only addresses and {@code localhost} count.
 */
final class SamePage {
    private static final Pattern HERE =
            Pattern.compile("(localhost|[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-fA-F:.]+])(:[0-9]{1,5})?");

    private SamePage() {}

    static boolean asks(HttpRequest request, boolean loginRequired) {
        String host = header(request, "Host");
        String origin = header(request, "Origin");
        String site = header(request, "Sec-Fetch-Site");
        boolean sameOrigin = origin.isEmpty() || origin.equals("http://" + host) || origin.equals("https://" + host);
        boolean sameSite = site.isEmpty() || site.equals("same-origin") || site.equals("none");
        return sameOrigin && sameSite && (loginRequired || HERE.matcher(host).matches());
    }

    private static String header(HttpRequest request, String name) {
        return request.getHeader(name).map(HttpHeader::value).orElse("");
    }
}
