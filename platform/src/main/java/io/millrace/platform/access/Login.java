package io.millrace.platform.access;

import io.millrace.protocol.InvalidInput;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Somebody whose token held: who they are and what they may.
 *
 * @param subject 1 to 128 printable characters
 * @param entity the entity (company, tenant) the login belongs to, 1 to 128 printable characters
 * @param expiresAt from this instant on the login counts for nothing; the token's {@code exp} plus the leeway granted
 *     for clocks that differ, so that whoever got in isn't thrown out by a second reading of the same rule. {@code null}
 *     where tokens need not expire
 * @param claims small texts such as role or region, for filters; never a reason to allow anything
 * @param issuedAt when the token was made, as it says itself; {@code null} where it doesn't
 */
public record Login(
        String subject,
        @Nullable String entity,
        List<Grant> grants,
        @Nullable Instant expiresAt,
        @Nullable String tokenId,
        Map<String, String> claims,
        @Nullable Instant issuedAt) {
    static final int MAX_NAME = 128;

    public Login(
            String subject,
            @Nullable String entity,
            List<Grant> grants,
            @Nullable Instant expiresAt,
            @Nullable String tokenId,
            Map<String, String> claims) {
        this(subject, entity, grants, expiresAt, tokenId, claims, null);
    }

    public Login {
        requireName("sub", subject);
        if (entity != null) {
            requireName("entity", entity);
        }
        if (tokenId != null) {
            requireName("jti", tokenId);
        }
        grants = List.copyOf(grants);
        claims = Map.copyOf(claims);
    }

    public boolean expired(Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }

    private static void requireName(String claim, String value) {
        if (!isName(value)) {
            throw new InvalidInput(claim, "1 to " + MAX_NAME + " printable characters");
        }
    }

    static boolean isName(String text) {
        return !text.isEmpty() && text.length() <= MAX_NAME && printable(text);
    }

    /** No control or invisible characters, no lone surrogates: such a name would lie in a log or a console. */
    static boolean printable(String text) {
        return text.codePoints().allMatch(Login::printable);
    }

    private static boolean printable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
