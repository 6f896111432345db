package io.millrace.platform.ops;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/**
 * The console's own files out of the jar, each with an entity tag, and with a policy that lets the page run nothing but
 * them and talk to nobody but this port.
 */
final class ConsoleFiles {
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final List<HttpHeader> HEADERS = List.of(
            RawHeader.create("Content-Security-Policy", POLICY),
            RawHeader.create("X-Content-Type-Options", "nosniff"),
            RawHeader.create("Referrer-Policy", "no-referrer"),
            RawHeader.create("Cross-Origin-Opener-Policy", "same-origin"),
            RawHeader.create("Cross-Origin-Resource-Policy", "same-origin"),
            RawHeader.create("Cache-Control", "no-cache"));

    private static final Map<String, ContentType> TYPES = Map.of(
            "html", ContentTypes.parse("text/html; charset=utf-8"),
            "css", ContentTypes.parse("text/css; charset=utf-8"),
            "js", ContentTypes.parse("text/javascript; charset=utf-8"),
            "svg", ContentTypes.parse("image/svg+xml"));

    private final Map<String, Kept> kept = new ConcurrentHashMap<>();

    private record Kept(byte[] bytes, String tag, ContentType type) {}

    /** @param name after {@code /console/}; empty is the page itself */
    HttpResponse file(HttpRequest request, String name) {
        if (!request.method().equals(HttpMethods.GET) && !request.method().equals(HttpMethods.HEAD)) {
            return HttpResponse.create()
                    .withStatus(StatusCodes.METHOD_NOT_ALLOWED)
                    .addHeader(RawHeader.create("Allow", "GET, HEAD"));
        }
        Kept file = find(name.isEmpty() ? "index.html" : name);
        if (file == null) {
            return HttpResponse.create()
                    .withStatus(StatusCodes.NOT_FOUND)
                    .addHeaders(HEADERS)
                    .withEntity(HttpEntities.create(ContentTypes.TEXT_PLAIN_UTF8, "the console has no such file\n"));
        }
        boolean known = request.getHeader("If-None-Match")
                .map(HttpHeader::value)
                .orElse("")
                .equals(file.tag());
        HttpResponse head = HttpResponse.create().addHeaders(HEADERS).addHeader(RawHeader.create("ETag", file.tag()));
        return known
                ? head.withStatus(StatusCodes.NOT_MODIFIED)
                : head.withEntity(HttpEntities.create(file.type(), file.bytes()));
    }

    private @Nullable Kept find(String name) {
        // no dots but the one before the extension, no folders: nothing else of the jar can be named
        if (!name.matches("[a-z][a-z0-9-]{0,40}\\.(html|css|js|svg)")) {
            return null;
        }
        Kept known = kept.get(name);
        if (known != null) {
            return known;
        }
        Kept read = read(name);
        if (read != null) {
            kept.put(name, read);
        }
        return read;
    }

    private static @Nullable Kept read(String name) {
        try (InputStream in = ConsoleFiles.class.getResourceAsStream("/console/" + name)) {
            if (in == null) {
                return null;
            }
            byte[] bytes = in.readAllBytes();
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            ContentType type = TYPES.getOrDefault(
                    name.substring(name.lastIndexOf('.') + 1), ContentTypes.APPLICATION_OCTET_STREAM);
            return new Kept(bytes, '"' + HexFormat.of().formatHex(hash, 0, 16) + '"', type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
