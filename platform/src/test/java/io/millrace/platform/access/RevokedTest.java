package io.millrace.platform.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Revocation;
import io.millrace.protocol.Revocation.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RevokedTest {
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00.500Z");

    private final Revoked revoked = new Revoked();
    private final Access access = new Access(revoked);

    @Test
    void aUsersOlderTokensCountNoMoreAndNewerOnesDo() {
        revoked.replace(List.of(of(Kind.USER, "ann", null)));
        assertThat(denied(login("ann", "t1", NOON.minusSeconds(60)))).isTrue();
        assertThat(denied(login("ann", "t1", Instant.parse("2026-01-31T12:00:00Z"))))
                .as("of the same second")
                .isTrue();
        assertThat(denied(login("ann", "t1", null))).as("that doesn't say when").isTrue();
        assertThat(denied(login("ann", "t1", NOON.plusSeconds(1)))).isFalse();
        assertThat(denied(login("bob", "t1", null))).isFalse();
    }

    @Test
    void aTokenIsRevokedByItsIdAlone() {
        revoked.replace(List.of(of(Kind.TOKEN, "t1", null)));
        assertThat(denied(login("ann", "t1", NOON.plusSeconds(60)))).isTrue();
        assertThat(denied(login("ann", "t2", null))).isFalse();
        assertThat(denied(login("ann", null, null))).isFalse();
        assertThat(denied(login("t1", null, null))).as("a user of that name").isFalse();
    }

    @Test
    void anAdminsPowerGoesToo() {
        Login admin = new Login("root", null, List.of(Grant.parse("*:admin")), null, "t", Map.of());
        assertThat(access.isAdmin(admin, NOON)).isTrue();
        revoked.replace(List.of(of(Kind.USER, "root", null)));
        assertThat(access.isAdmin(admin, NOON)).isFalse();
        assertThat(access.ownToHear(admin, NOON)).isEmpty();
    }

    @Test
    void aRevocationEndsInItsTime() {
        revoked.replace(List.of(of(Kind.USER, "ann", NOON.plusSeconds(10))));
        Login ann = login("ann", "t1", null);
        assertThat(access.isRevoked(ann, NOON.plusSeconds(9))).isTrue();
        assertThat(access.isRevoked(ann, NOON.plusSeconds(10))).isFalse();
    }

    private boolean denied(Login login) {
        return access.decide(login, Act.SUBSCRIBE, ChannelName.of("user:" + login.subject()), NOON)
                        instanceof Decision.Denied denied
                && denied.reason() == Decision.Reason.REVOKED;
    }

    private static Login login(String subject, String tokenId, Instant issued) {
        return new Login(subject, null, List.of(), null, tokenId, Map.of(), issued);
    }

    private static Revocation of(Kind kind, String value, Instant until) {
        return new Revocation(1, kind, value, null, "root", NOON, until);
    }
}
