package io.millrace.platform.edge;

import io.millrace.platform.access.Access;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.Act;
import io.millrace.platform.access.Decision;
import io.millrace.platform.access.Decision.Denied;
import io.millrace.platform.access.Login;
import io.millrace.platform.access.Origins;
import io.millrace.platform.access.TokenVerifier;
import io.millrace.platform.access.Verified;
import io.millrace.platform.connection.FamilyWant;
import io.millrace.platform.connection.Refusals;
import io.millrace.platform.connection.Views;
import io.millrace.platform.preset.Preset;
import io.millrace.platform.preset.Preset.Credential;
import io.millrace.platform.preset.Preset.Entry;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Refusal;
import java.time.Clock;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the door: finds the token, has it checked, and asks {@code access} what it may. A token is looked for in the
 * {@code Authorization} header, then in the cookie, then, only where that is switched on, in the address; the first that
 * is there counts.
 */
final class Logins {
    static final String TOKEN_PARAMETER = "token";
    static final String SUBPROTOCOLS = "Sec-WebSocket-Protocol";
    static final String BEARER_PROTOCOL = "bearer";
    private static final String BEARER = "bearer ";
    private static final Entry NODES_OWN = new Entry(null, null);

    /** Set by whoever has made sure already of who asks, and from where; nothing a client sends can set it. */
    static final AttributeKey<Login> KNOWN = AttributeKey.create("login", Login.class);

    private final AccessSettings settings;
    private final TokenVerifier verifier;
    private final Access access;
    private final Origins origins;
    private final Clock clock;

    Logins(AccessSettings settings, TokenVerifier verifier, Access access, Clock clock) {
        this.settings = settings;
        this.verifier = verifier;
        this.access = access;
        this.origins = settings.origins();
        this.clock = clock;
    }

    /** The caller's login. Fails with {@link Refused} where there is none or its page may not call. */
    CompletionStage<Login> require(Call call) {
        Login known = call.request().getAttribute(KNOWN).orElse(null);
        if (known != null) {
            return CompletableFuture.completedFuture(asClaimed(known, call));
        }
        checkOrigin(call);
        String token = token(call);
        if (token == null) {
            return CompletableFuture.failedFuture(
                    new Refused(Refusal.of(Code.UNAUTHENTICATED, "send the header Authorization: Bearer <token>")));
        }
        return verify(token).thenApply(verified -> {
            if (verified instanceof Verified.Authenticated authenticated) {
                return asClaimed(authenticated.login(), call);
            }
            throw new Refused(Refusals.of(verified));
        });
    }

    private static Login asClaimed(Login login, Call call) {
        String user = call.claimedUser();
        if (user != null && !user.equals(login.subject())) {
            throw new Refused(Refusals.otherUser());
        }
        return login;
    }

    CompletionStage<Verified> verify(String token) {
        return verifier.verify(token).thenApply(this::unlessRevoked);
    }

    private Verified unlessRevoked(Verified verified) {
        return verified instanceof Verified.Authenticated authenticated
                        && access.isRevoked(authenticated.login(), clock.instant())
                ? new Verified.Rejected(Verified.Rejection.REVOKED, "the login was taken back: log in again")
                : verified;
    }

    void requireAct(Login login, Act act, ChannelName channel) {
        Decision decision = access.decide(login, act, channel, clock.instant());
        if (decision instanceof Denied denied) {
            throw new Refused(Refusals.of(denied));
        }
    }

    Set<ChannelName> ownToHear(Login login) {
        return access.ownToHear(login, clock.instant());
    }

    void requireFamily(Login login, Views views, FamilyWant want) {
        if (views.mayHear(access, login, want, clock.instant()) instanceof Denied denied) {
            throw new Refused(Refusals.of(denied));
        }
    }

    /** The caller's login, where it may do what concerns no single channel. */
    CompletionStage<Login> requireAdmin(Call call) {
        return require(call).thenApply(login -> {
            if (!access.isAdmin(login, clock.instant())) {
                throw new Refused(Refusal.of(Code.FORBIDDEN, "this needs a login with admin on every channel"));
            }
            return login;
        });
    }

    /** A browser says which page calls; a page that isn't listed gets nothing, whatever it knows. */
    void checkOrigin(Call call) {
        String origin = call.header("Origin");
        if (origin != null
                && !origins.allows(
                        origin, call.host(), call.request().getUri().scheme().equals("https"))) {
            throw new Refused(Refusal.of(
                    Code.ORIGIN_REFUSED, "add the page's origin to millrace.access.allowed-origins to let it call"));
        }
    }

    /** The token that the request carries where this door takes one; null where there is none. */
    @Nullable
    String token(Call call) {
        Preset preset = call.preset();
        Entry entry = preset == null ? NODES_OWN : preset.entry();
        String authorization = entry.accepts(Credential.AUTHORIZATION, true) ? call.header("Authorization") : null;
        if (authorization != null) {
            if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
                throw new Refused(Refusal.of(Code.TOKEN_INVALID, "the Authorization header must be Bearer <token>"));
            }
            return authorization.substring(BEARER.length()).trim();
        }
        if (entry.accepts(Credential.SUBPROTOCOL, true) && offersBearer(call)) {
            return String.valueOf(call.header(SUBPROTOCOLS))
                    .substring(BEARER_PROTOCOL.length() + 1)
                    .trim();
        }
        String name = entry.cookie() == null ? settings.cookie() : entry.cookie();
        String cookie = entry.accepts(Credential.COOKIE, true) ? cookie(call, name) : null;
        if (cookie != null) {
            return cookie;
        }
        String inAddress = call.parameter(TOKEN_PARAMETER);
        if (inAddress != null && !entry.accepts(Credential.QUERY, settings.queryToken())) {
            throw new Refused(Refusal.of(
                    Code.UNAUTHENTICATED,
                    "a token in the address is switched off here (millrace.access.query-token); send it in the"
                            + " Authorization header"));
        }
        return inAddress;
    }

    /** Whether a WebSocket's client offers the subprotocol {@code bearer} and a token after it. */
    static boolean offersBearer(Call call) {
        String offered = call.header(SUBPROTOCOLS);
        return offered != null && offered.startsWith(BEARER_PROTOCOL + ",");
    }

    /** Whether a WebSocket's login may come as a message. */
    static boolean takesMessages(Call call) {
        Preset preset = call.preset();
        return preset == null
                || preset.entry().accepts(Credential.MESSAGE, true)
                || preset.entry().accepts(Credential.HANDSHAKE, true);
    }

    private static @Nullable String cookie(Call call, String name) {
        String header = call.header("Cookie");
        if (header == null || name.isEmpty()) {
            return null;
        }
        return Arrays.stream(header.split(";"))
                .map(String::trim)
                .filter(pair -> pair.startsWith(name + "="))
                .map(pair -> pair.substring(name.length() + 1))
                .findFirst()
                .orElse(null);
    }
}
