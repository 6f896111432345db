package io.millrace.platform.access;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.platform.access.Verified.Rejection;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A token taken apart (RFC 7515 compact form) by one strict reading, so that no two parsers can disagree about it. Nothing
 * in here is believed yet.
 *
 * @param signed the bytes the signature is over
 */
record TokenText(SigningAlgorithm algorithm, String kid, JsonNode payload, byte[] signed, byte[] signature) {
    private static final int MAX_DEPTH = 16;
    /** What would let a token bring its own key, or change how it is read; we honour none of it, so nobody may rely on it. */
    private static final List<String> REFUSED_HEADERS = List.of("jku", "jwk", "x5u", "x5c", "crit", "b64", "zip");
    /** Typed tokens of other kinds (RFC 8725, 3.11) are not logins, even from the same issuer. */
    private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/jwt", "application/at+jwt");

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    static TokenText parse(String token) {
        int first = token.indexOf('.');
        int second = token.indexOf('.', first + 1);
        if (first < 0 || second < 0 || token.indexOf('.', second + 1) >= 0) {
            throw malformed("a token is three parts with a dot between");
        }
        JsonNode header = json("header", token.substring(0, first));
        for (String name : REFUSED_HEADERS) {
            if (header.has(name)) {
                throw malformed("the header must not have " + name + ": keys and rules come from settings only");
            }
        }
        JsonNode type = header.path("typ");
        if (!type.isMissingNode() && !TYPES.contains(type.asText().toLowerCase(Locale.ROOT))) {
            throw malformed("typ must be JWT where the header has it");
        }
        return new TokenText(
                algorithm(header.path("alg")),
                kid(header.path("kid")),
                json("payload", token.substring(first + 1, second)),
                token.substring(0, second).getBytes(StandardCharsets.US_ASCII),
                bytes("signature", token.substring(second + 1)));
    }

    String issuer() {
        JsonNode issuer = payload.path("iss");
        if (!issuer.isTextual()) {
            throw new RejectedToken(Rejection.WRONG_ISSUER, "iss must be the text that names the issuer");
        }
        return issuer.textValue();
    }

    private static SigningAlgorithm algorithm(JsonNode alg) {
        if (!alg.isTextual()) {
            throw malformed("the header must have alg, a text");
        }
        SigningAlgorithm algorithm = SigningAlgorithm.named(alg.textValue());
        if (algorithm == null) {
            throw new RejectedToken(Rejection.ALGORITHM, "alg must be one of HS256, RS256, ES256, EdDSA");
        }
        return algorithm;
    }

    /** A plain key of a map: a path or a URL in it is a name nobody has. */
    private static String kid(JsonNode kid) {
        if (kid instanceof MissingNode) {
            throw new RejectedToken(Rejection.UNKNOWN_KEY, "the header must name its key: kid is missing");
        }
        if (!kid.isTextual() || !KeySettings.KID.matcher(kid.textValue()).matches()) {
            throw malformed("kid must be a text of 1 to 128 printable ASCII characters");
        }
        return kid.textValue();
    }

    private static JsonNode json(String part, String base64) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(part, base64)))
                    .toString();
            JsonNode json = JSON.readTree(text);
            if (!json.isObject()) {
                throw malformed("the " + part + " must be a JSON object");
            }
            return json;
        } catch (CharacterCodingException e) {
            throw malformed("the " + part + " must be UTF-8");
        } catch (JsonProcessingException e) {
            // its message would quote the token
            throw malformed("the " + part + " must be well-formed JSON without duplicate names, at most " + MAX_DEPTH
                    + " levels deep");
        }
    }

    /** [RFC 7515, 2] base64url without padding; the JDK's decoder also takes padding and loose trailing bits. */
    private static byte[] bytes(String part, String base64) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(base64);
            if (Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(base64)) {
                return bytes;
            }
        } catch (IllegalArgumentException notBase64) {
            // told below
        }
        throw malformed("the " + part + " must be base64url without padding");
    }

    private static RejectedToken malformed(String why) {
        return new RejectedToken(Rejection.MALFORMED, why);
    }

    /** Without the payload and the signature. */
    @Override
    public String toString() {
        return "TokenText[" + algorithm.wireName() + "]";
    }
}
