package io.millrace.platform.access;

import java.net.IDN;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may call: the {@code Origin} a browser sends (RFC 6454, 6.2) against a list of exact scheme, host and
 * port. {@code https://*.example.com} stands for exactly one whole label: {@code https://a.example.com} fits, neither
 * {@code https://a.b.example.com} nor {@code https://example.com} nor {@code https://evil-example.com} does. {@code *} alone
 * is any page, and not to be had together with cookies. A page of the very host that was called is always allowed; the
 * origin {@code null} never is. A request without an Origin comes from no page: that is the door's question.
 */
public final class Origins {
    private static final String ANY = "*";
    private static final String LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
    private static final String HOST = "(?:" + LABEL + "(?:\\." + LABEL + ")*|\\[[0-9a-f:.]{2,45}\\])";
    private static final Pattern HOST_PORT = Pattern.compile("(" + HOST + ")(?::([1-9][0-9]{0,4}))?");
    private static final Pattern ORIGIN =
            Pattern.compile("([a-z][a-z0-9+.-]{0,31})://(\\*\\.)?(" + HOST + ")(?::([1-9][0-9]{0,4}))?");
    private static final int MAX_LENGTH = 512;

    private final List<Origin> allowed;
    private final boolean any;

    /** @param oneLabelMore whether one label stands before the host */
    private record Origin(String scheme, boolean oneLabelMore, String host, int port) {
        boolean fits(Origin page) {
            return scheme.equals(page.scheme)
                    && port == page.port
                    && host.equals(oneLabelMore ? afterFirstLabel(page.host) : page.host);
        }

        private static String afterFirstLabel(String host) {
            return host.substring(host.indexOf('.') + 1);
        }
    }

    private Origins(List<Origin> allowed, boolean any) {
        this.allowed = allowed;
        this.any = any;
    }

    public static Origins of(List<String> allowed) {
        return of(allowed, false);
    }

    /**
     * @param cookies whether a login may come in a cookie, which a browser sends along for any page
     * @throws IllegalArgumentException for an entry that is no origin, and for {@code *} together with cookies
     */
    public static Origins of(List<String> allowed, boolean cookies) {
        boolean any = allowed.contains(ANY);
        if (any && cookies) {
            throw new IllegalArgumentException("millrace.access.allowed-origins must not be * while cookies log in:"
                    + " any page could act as whoever visits it");
        }
        return new Origins(
                allowed.stream()
                        .filter(entry -> !entry.equals(ANY))
                        .map(Origins::entry)
                        .toList(),
                any);
    }

    /**
     * @param originHeader the request's {@code Origin}, as sent
     * @param hostHeader the request's {@code Host}, where it has one
     * @param tls whether the request came over TLS; behind a proxy that ends TLS an https page's origin has to be listed
     */
    public boolean allows(String originHeader, @Nullable String hostHeader, boolean tls) {
        Origin page = isAscii(originHeader) ? parse(originHeader.toLowerCase(Locale.ROOT)) : null;
        if (page == null || page.oneLabelMore()) {
            return false; // null, a list of origins, user info, a path: nothing a browser sends for a page on the web
        }
        return any || sameHost(page, hostHeader, tls) || allowed.stream().anyMatch(entry -> entry.fits(page));
    }

    private static boolean sameHost(Origin page, @Nullable String hostHeader, boolean tls) {
        String scheme = tls ? "https" : "http";
        if (hostHeader == null
                || hostHeader.length() > MAX_LENGTH
                || !isAscii(hostHeader)
                || !page.scheme().equals(scheme)) {
            return false;
        }
        Matcher host = HOST_PORT.matcher(hostHeader.toLowerCase(Locale.ROOT));
        return host.matches() && page.host().equals(host.group(1)) && page.port() == port(scheme, host.group(2));
    }

    private static Origin entry(String text) {
        Origin origin;
        try {
            origin = parse(ascii(text));
        } catch (IllegalArgumentException notAName) {
            origin = null;
        }
        if (origin == null || (origin.oneLabelMore() && origin.host().indexOf('.') < 0)) {
            throw new IllegalArgumentException("millrace.access.allowed-origins must hold origins such as"
                    + " https://app.example.com, https://*.example.com or http://localhost:3000, without a path");
        }
        return origin;
    }

    /** An operator may write a name as people read it; browsers send its punycode. */
    private static String ascii(String text) {
        int host = text.indexOf("://") + 3;
        if (host < 3 || isAscii(text)) {
            return text.toLowerCase(Locale.ROOT);
        }
        int colon = text.indexOf(':', host);
        int end = colon < 0 ? text.length() : colon;
        boolean star = text.startsWith("*.", host);
        String name = text.substring(star ? host + 2 : host, end);
        return text.substring(0, host).toLowerCase(Locale.ROOT)
                + (star ? "*." : "")
                + IDN.toASCII(name, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT)
                + text.substring(end);
    }

    /** Asked before the case is folded: a Kelvin sign would become a k. */
    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private static @Nullable Origin parse(String lowerCase) {
        if (lowerCase.length() > MAX_LENGTH) {
            return null;
        }
        Matcher parts = ORIGIN.matcher(lowerCase);
        if (!parts.matches()) {
            return null;
        }
        int port = port(parts.group(1), parts.group(4));
        return port > 65535 ? null : new Origin(parts.group(1), parts.group(2) != null, parts.group(3), port);
    }

    private static int port(String scheme, @Nullable String written) {
        if (written != null) {
            return Integer.parseInt(written);
        }
        return switch (scheme) {
            case "https" -> 443;
            case "http" -> 80;
            default -> 0;
        };
    }
}
