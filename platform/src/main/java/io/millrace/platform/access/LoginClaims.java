package io.millrace.platform.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.millrace.platform.access.Verified.Rejection;
import io.millrace.protocol.InvalidInput;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From the claims of a token whose signature held to a {@link Login}. Strict where silence would widen what a login may: a
 * misspelt {@code "denny": true} is an error, not a grant.
 */
final class LoginClaims {
    private static final long YEAR_10000 = 253_402_300_800L;
    private static final int MAX_CLAIMS = 32;
    private static final int MAX_CLAIM_VALUE = 256;

    private final JsonNode payload;
    private final TokenRules rules;

    private LoginClaims(JsonNode payload, TokenRules rules) {
        this.payload = payload;
        this.rules = rules;
    }

    static Login read(JsonNode payload, TokenRules rules, Instant now) {
        return new LoginClaims(payload, rules).read(now);
    }

    private Login read(Instant now) {
        Instant expiresAt = times(now);
        audience();
        String subject = name("sub");
        if (subject == null) {
            throw bad("sub", "is required");
        }
        JsonNode millrace = object(payload.path("millrace"), "millrace", Set.of("grants", "claims"));
        return new Login(
                subject,
                name("entity"),
                grants(millrace.path("grants")),
                expiresAt,
                name("jti"),
                claims(millrace.path("claims")),
                time("iat"));
    }

    /** [RFC 7519, 4.1.4] now must be before exp; [4.1.5] and not before nbf; each with the leeway. */
    private @Nullable Instant times(Instant now) {
        Instant exp = time("exp");
        Instant nbf = time("nbf");
        if (exp == null && rules.requireExpiry()) {
            throw bad("exp", "is required");
        }
        Instant end = exp == null ? null : exp.plus(rules.leeway());
        if (end != null && !now.isBefore(end)) {
            throw new RejectedToken(Rejection.EXPIRED, "the token has expired: log in again");
        }
        if (nbf != null && now.isBefore(nbf.minus(rules.leeway()))) {
            throw new RejectedToken(Rejection.NOT_YET_VALID, "the token is not valid yet (nbf)");
        }
        return end;
    }

    /** [RFC 7519, 2] NumericDate: seconds, fractions allowed. */
    private @Nullable Instant time(String claim) {
        JsonNode node = payload.path(claim);
        if (node.isMissingNode()) {
            return null;
        }
        double seconds = node.doubleValue();
        if (!node.isNumber() || !(seconds >= 0 && seconds < YEAR_10000)) {
            throw bad(claim, "must be a number of seconds since 1970");
        }
        return Instant.ofEpochMilli((long) (seconds * 1000));
    }

    /** [RFC 7519, 4.1.3] one text or an array of texts, one of them ours. */
    private void audience() {
        JsonNode aud = payload.path("aud");
        boolean texts = aud.isMissingNode() || aud.isTextual() || aud.isArray();
        for (JsonNode one : aud) {
            texts &= aud.isArray() && one.isTextual();
        }
        if (!texts) {
            throw bad("aud", "must be a text or an array of texts");
        }
        if (rules.audience().isEmpty() || rules.audience().equals(aud.textValue())) {
            return;
        }
        for (JsonNode one : aud) {
            if (rules.audience().equals(one.textValue())) {
                return;
            }
        }
        throw new RejectedToken(Rejection.WRONG_AUDIENCE, "aud must name this platform's audience");
    }

    private @Nullable String name(String claim) {
        JsonNode node = payload.path(claim);
        if (node.isMissingNode()) {
            return null;
        }
        String text = node.textValue();
        if (text == null || !Login.isName(text)) {
            throw bad(claim, "must be a text of 1 to " + Login.MAX_NAME + " printable characters");
        }
        return text;
    }

    private static List<Grant> grants(JsonNode node) {
        if (node.isMissingNode()) {
            return List.of();
        }
        requireArray(node, "millrace.grants");
        List<Grant> grants = new ArrayList<>(node.size());
        for (JsonNode rule : node) {
            grants.add(grant(rule, "millrace.grants[" + grants.size() + "]"));
        }
        return grants;
    }

    private static Grant grant(JsonNode node, String path) {
        if (node.isMissingNode() || !node.isObject()) {
            throw bad(path, "must be an object");
        }
        object(node, path, Set.of("channels", "acts", "deny"));
        JsonNode deny = node.path("deny");
        if (!deny.isMissingNode() && !deny.isBoolean()) {
            throw bad(path + ".deny", "must be true or false");
        }
        String channels = node.path("channels").textValue();
        if (channels == null) {
            throw bad(path + ".channels", "must be a text such as orders:*");
        }
        try {
            return new Grant(new ChannelPattern(channels), acts(node.path("acts"), path + ".acts"), deny.asBoolean());
        } catch (InvalidInput e) {
            throw bad(path, "is no rule: " + e.getMessage());
        }
    }

    private static Set<Act> acts(JsonNode node, String path) {
        requireArray(node, path);
        EnumSet<Act> acts = EnumSet.noneOf(Act.class);
        for (JsonNode act : node) {
            if (!act.isTextual()) {
                throw bad(path, "must hold texts");
            }
            acts.add(Act.parse(act.textValue()));
        }
        return acts;
    }

    private static Map<String, String> claims(JsonNode node) {
        String path = "millrace.claims";
        if (node.isMissingNode()) {
            return Map.of();
        }
        if (!node.isObject() || node.size() > MAX_CLAIMS) {
            throw bad(path, "must be an object of at most " + MAX_CLAIMS + " texts");
        }
        Map<String, String> claims = new HashMap<>();
        node.properties().forEach(entry -> {
            String value = entry.getValue().textValue();
            if (!Login.isName(entry.getKey())
                    || value == null
                    || value.length() > MAX_CLAIM_VALUE
                    || !Login.printable(value)) {
                throw bad(path, "must hold printable texts of at most " + MAX_CLAIM_VALUE + " characters");
            }
            claims.put(entry.getKey(), value);
        });
        return claims;
    }

    private static JsonNode object(JsonNode node, String path, Set<String> known) {
        if (node.isMissingNode()) {
            return JsonNodeFactory.instance.objectNode();
        }
        if (!node.isObject()) {
            throw bad(path, "must be an object");
        }
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            if (!known.contains(names.next())) {
                throw bad(
                        path,
                        "has a field other than "
                                + String.join(", ", known.stream().sorted().toList()));
            }
        }
        return node;
    }

    private static void requireArray(JsonNode node, String path) {
        if (!node.isArray()) {
            throw bad(path, "must be an array");
        }
    }

    private static RejectedToken bad(String claim, String rule) {
        return new RejectedToken(Rejection.BAD_CLAIMS, claim + " " + rule);
    }
}
