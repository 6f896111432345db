package io.millrace.platform.access;

import io.millrace.protocol.Revocation;
import io.millrace.protocol.Revocation.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is taken back, as this node knows it: replaced as a whole by whoever keeps it up to date, read by {@link Access} at
 * every decision. While nobody can say what is true, the last that was known goes on counting.
 */
public final class Revoked {
    private volatile Map<Kind, Map<String, List<Revocation>>> known = Map.of();
    private volatile List<Revocation> all = List.of();

    public void replace(Collection<Revocation> revocations) {
        Map<Kind, Map<String, List<Revocation>>> next = new HashMap<>();
        for (Revocation each : revocations) {
            next.computeIfAbsent(each.kind(), kind -> new HashMap<>())
                    .merge(each.value(), List.of(each), Revoked::both);
        }
        known = next;
        all = List.copyOf(revocations);
    }

    private static List<Revocation> both(List<Revocation> some, List<Revocation> more) {
        List<Revocation> both = new ArrayList<>(some);
        both.addAll(more);
        return both;
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }

    public List<Revocation> all() {
        return all;
    }

    /** Whether this login counts for nothing any more: by its token's id, or by its user where the token is as old. */
    public boolean covers(Login login, Instant now) {
        return find(Kind.TOKEN, login.tokenId()).stream().anyMatch(each -> each.holds(now))
                || find(Kind.USER, login.subject()).stream()
                        .anyMatch(each -> each.holds(now) && !issuedAfter(login, each));
    }

    /** Whether that one connection has to end. */
    public boolean coversConnection(String connectionId, Instant now) {
        return find(Kind.CONNECTION, connectionId).stream().anyMatch(each -> each.holds(now));
    }

    /** A token says its second only: one of the second in which its user was revoked is taken as older. */
    private static boolean issuedAfter(Login login, Revocation revocation) {
        Instant issued = login.issuedAt();
        return issued != null && issued.isAfter(revocation.at());
    }

    private List<Revocation> find(Kind kind, @Nullable String value) {
        Map<String, List<Revocation>> ofKind = known.get(kind);
        List<Revocation> found = ofKind == null || value == null ? null : ofKind.get(value);
        return found == null ? List.of() : found;
    }
}
