package io.millrace.platform.edge;

import io.millrace.platform.access.Login;
import io.millrace.platform.connection.Arrival;
import io.millrace.platform.connection.Form;
import io.millrace.platform.connection.LimitSettings;
import io.millrace.platform.connection.Manner;
import io.millrace.platform.preset.Alias;
import io.millrace.platform.preset.Aliases;
import io.millrace.platform.preset.Envelope;
import io.millrace.platform.preset.Preset;
import io.millrace.protocol.Code;
import io.millrace.protocol.Compress;
import io.millrace.protocol.Filter;
import io.millrace.protocol.InvalidInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.Query;
import org.apache.pekko.http.javadsl.model.RemoteAddress;
import org.apache.pekko.http.scaladsl.model.Uri.Authority;
import org.jspecify.annotations.Nullable;

/** One request, decoded as far as every door needs it: the path's segments, the query's parameters, single headers. */
final class Call {
    private static final Pattern GZIP = Pattern.compile("(?i)(^|[ ,])gzip\\b");
    private static final Pattern NO_GZIP = Pattern.compile("(?i)(^|[ ,])gzip\\s*;\\s*q=0(\\.0*)?\\s*(,|$)");

    private static final Preset.Form OURS = new Preset.Form(Envelope.DATA, true, Compress.NEVER);
    private static final String USER_PARAMETER = "userId";

    private final HttpRequest request;
    private final List<String> path = new ArrayList<>();
    private final Query query;
    private final Aliases.@Nullable Found alias;
    private final Manner manner;

    private Call(HttpRequest request, Aliases.@Nullable Found alias, Manner manner) {
        this.request = request;
        this.manner = manner;
        request.getUri().pathSegments().forEach(path::add);
        this.query = request.getUri().query();
        this.alias = alias;
    }

    /** @throws InvalidInput where the address can't be decoded */
    static Call of(HttpRequest request) {
        try {
            return new Call(request, null, Manner.OURS);
        } catch (RuntimeException illegal) {
            throw new InvalidInput(Code.INVALID_REQUEST, "address", "must be percent-encoded UTF-8");
        }
    }

    /** The same request, which has come by an alias. */
    Call by(Aliases.Found found, Manner manner) {
        return new Call(request, found, manner);
    }

    /** The manner of the alias that it has come by; null at the product's own addresses. */
    @Nullable
    Preset preset() {
        return alias == null ? null : alias.alias().preset();
    }

    /** The channels that the alias makes of this request and login. */
    Set<String> channelsOfAlias(Login login) {
        return alias == null
                ? Set.of()
                : alias.alias()
                        .channels(new Alias.Request(alias.segments(), query::getAll), login.subject(), login.entity());
    }

    /** What the alias makes particular about a connection. */
    Arrival arrival(@Nullable String token) {
        return alias == null
                ? Arrival.PLAIN
                : new Arrival(
                        manner,
                        claimedUser(),
                        token,
                        login -> AliasDoor.channels(this, login),
                        alias.alias().from());
    }

    /** The limits of the alias's preset; null where they are everybody's. */
    @Nullable
    LimitSettings limits() {
        Preset preset = preset();
        if (preset == null) {
            return null;
        }
        Preset.Limits limits = preset.pace().limits();
        return new LimitSettings(limits.perUser(), limits.perAddress(), limits.idle());
    }

    /** Whom the client says it is, which is nothing but a way to be refused where the login is another's. */
    @Nullable
    String claimedUser() {
        return alias == null ? null : parameter(USER_PARAMETER);
    }

    HttpRequest request() {
        return request;
    }

    HttpMethod method() {
        return request.method();
    }

    /** The path's segments, percent-decoded. */
    List<String> path() {
        return path;
    }

    @Nullable
    String parameter(String name) {
        Preset preset = preset();
        String here =
                preset == null ? name : preset.words().history().parameters().getOrDefault(name, name);
        return query.get(here).orElse(null);
    }

    /** Where to begin, as the client says or else the alias. */
    @Nullable
    String from() {
        String from = parameter("from");
        return from != null || alias == null ? from : alias.alias().from();
    }

    /** Each parameter once. */
    Map<String, String> parameters() {
        return query.toMap();
    }

    List<String> parameters(String name) {
        return query.getAll(name);
    }

    /** A parameter that is {@code true}, or {@code false}, or left out, which is false too. */
    boolean flag(String name) {
        String value = parameter(name);
        if (value == null || value.equals("false")) {
            return false;
        }
        if (value.equals("true")) {
            return true;
        }
        throw new InvalidInput(Code.INVALID_PARAMETER, name, "must be true or false");
    }

    /** Refuses parameters that this address doesn't know, so that a typing error isn't taken for consent. */
    void requireOnly(String... known) {
        requireOnly(name -> false, known);
    }

    /** As {@link #requireOnly}, for an address whose events can be filtered. */
    void requireOnlyFilterAnd(String... known) {
        requireOnly(Filter::isParameter, known);
    }

    private void requireOnly(Predicate<String> others, String... known) {
        List<String> names = List.of(known);
        for (String name : query.toMultiMap().keySet()) {
            boolean isKnown =
                    names.contains(name) || others.test(name) || name.equals(Logins.TOKEN_PARAMETER) || isOfAlias(name);
            if (!name.isEmpty() && !isKnown) {
                throw new InvalidInput(
                        Code.INVALID_PARAMETER,
                        "query",
                        "unknown parameter; this address knows " + String.join(", ", known));
            }
        }
    }

    private boolean isOfAlias(String name) {
        return alias != null
                && (name.equals(USER_PARAMETER)
                        || alias.alias().query().contains(name)
                        || alias.alias().preset().words().history().parameters().containsValue(name));
    }

    /** @throws InvalidInput naming the parameter */
    Filter filter() {
        return Filter.ofQuery(query.toMultiMap());
    }

    /**
     * How the events are to be written: {@code envelope=data|full|unnamed}, {@code batch=on|off},
     * {@code compress=bytes}; where the client doesn't say, as the alias's preset has it.
     *
     * @throws InvalidInput naming the parameter
     */
    Form form() {
        String compress = parameter("compress");
        Preset preset = preset();
        Preset.Form usual = preset == null ? OURS : preset.form();
        return new Form(
                envelope(usual.envelope()),
                either("batch", "on", "off", usual.batch()),
                compress == null ? usual.compressAbove() : Compress.parse(compress));
    }

    private Envelope envelope(Envelope usual) {
        String value = parameter("envelope");
        if (value == null) {
            return usual;
        }
        return switch (value) {
            case "data" -> Envelope.DATA;
            case "full" -> Envelope.FULL;
            case "unnamed" -> Envelope.UNNAMED;
            default -> throw new InvalidInput(Code.INVALID_PARAMETER, "envelope", "must be data, full or unnamed");
        };
    }

    private boolean either(String name, String yes, String no, boolean usual) {
        String value = parameter(name);
        if (value != null && !value.equals(yes) && !value.equals(no)) {
            throw new InvalidInput(Code.INVALID_PARAMETER, name, "must be " + yes + " or " + no);
        }
        return value == null ? usual : value.equals(yes);
    }

    /** [spec] RFC 9110, 12.5.3: gzip is acceptable unless it isn't named or its weight is 0. */
    boolean acceptsGzip() {
        String accepted = header("Accept-Encoding");
        return accepted != null
                && GZIP.matcher(accepted).find()
                && !NO_GZIP.matcher(accepted).find();
    }

    @Nullable
    String header(String name) {
        Optional<HttpHeader> header = request.getHeader(name);
        return header.map(HttpHeader::value).orElse(null);
    }

    /** Where the request comes from, as far as these proxies can be believed; empty where nobody knows. */
    String address(Proxies trusted) {
        return request.getAttribute(AttributeKeys.remoteAddress)
                .flatMap(RemoteAddress::getAddress)
                .map(peer -> trusted.client(peer, header("Forwarded"), header("X-Forwarded-For")))
                .orElse("");
    }

    /** Host and port as the client calls them: HTTP/2 has them in the address, HTTP/1.1 in a header. */
    @Nullable
    String host() {
        String header = header("Host");
        if (header != null) {
            return header;
        }
        Authority authority = request.getUri().asScala().authority();
        return authority.isEmpty() ? null : authority.toString();
    }

    /** The path as it may stand in an answer. */
    String address() {
        return request.getUri().path();
    }
}
