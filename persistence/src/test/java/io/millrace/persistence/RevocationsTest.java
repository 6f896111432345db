package io.millrace.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.persistence.Revocations.Known;
import io.millrace.protocol.Revocation;
import io.millrace.protocol.Revocation.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RevocationsTest {

    @Test
    void whatIsRevokedIsReadByEveryNodeUntilItIsRemovedOrOver() {
        StorageSettings settings = TestServer.fresh();
        try (Storage one = Storage.open(settings);
                Storage other = Storage.open(settings)) {
            Known nothing = of(other.revocations().unless(-1)).orElseThrow();
            assertThat(nothing.revocations()).isEmpty();
            assertThat(of(other.revocations().unless(nothing.version()))).isEmpty();
            Instant before = Instant.now();
            Revocation ann = of(one.revocations().add(Kind.USER, "ännchen", "left", "root", Duration.ofHours(1)));
            assertThat(ann.at()).isBetween(before.minusSeconds(1), Instant.now().plusSeconds(1));
            assertThat(Duration.between(ann.at(), ann.until()))
                    .isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
            Revocation token = of(one.revocations().add(Kind.TOKEN, "t-1", null, "root", null));
            Known two = of(other.revocations().unless(nothing.version())).orElseThrow();
            assertThat(two.revocations()).containsExactly(ann, token);
            of(one.revocations().add(Kind.CONNECTION, "c1", null, "root", Duration.ofSeconds(-1)));
            assertThat(of(other.revocations().unless(-1)).orElseThrow().revocations())
                    .as("what is over is not told")
                    .containsExactly(ann, token);
            assertThat(of(one.revocations().remove(ann.id()))).isTrue();
            assertThat(of(one.revocations().remove(ann.id()))).isFalse();
            assertThat(of(other.revocations().unless(two.version())).map(Known::revocations))
                    .isEqualTo(Optional.of(List.of(token)));
        }
    }

    @Test
    void ofManyAtOnceNoneIsMissedByWhoFollowsTheVersion() {
        try (Storage storage = Storage.open(TestServer.fresh())) {
            List<CompletionStage<Revocation>> adding = IntStream.range(0, 40)
                    .mapToObj(i -> storage.revocations().add(Kind.USER, "u" + i, null, "root", null))
                    .toList();
            Known known = of(storage.revocations().unless(-1)).orElseThrow();
            adding.forEach(RevocationsTest::of);
            known = of(storage.revocations().unless(known.version())).orElse(known);
            assertThat(known.revocations()).hasSize(40);
        }
    }

    private static <T> T of(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }
}
