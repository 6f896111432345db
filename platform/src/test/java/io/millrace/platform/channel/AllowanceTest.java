package io.millrace.platform.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.platform.family.Family.Rate;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AllowanceTest {
    private static final long NOW = 1_795_000_000_000L;

    @Test
    void aBurstMayComeAtOnceAndThenOneAtATime() {
        Allowance allowance = allowance(10, 3 * 10);
        Allowance.Taken burst = allowance.take(30, NOW);
        assertThat(burst.granted()).isTrue();
        assertThat(burst.left().take(1, NOW).pause()).isEqualTo(Duration.ofMillis(100));
        assertThat(burst.left().take(1, NOW + 99).granted()).isFalse();
        Allowance.Taken next = burst.left().take(1, NOW + 100);
        assertThat(next.granted()).isTrue();
        assertThat(next.left().take(1, NOW + 100).granted()).isFalse();
    }

    @Test
    void whoIsRefusedIsLetInAfterTheTimeHeWasTold() {
        for (int seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            Allowance allowance = allowance(1 + random.nextInt(50), random.nextInt(100));
            long now = NOW;
            for (int n = 0; n < 30; n++) {
                int events = 1 + random.nextInt(20);
                Allowance.Taken taken = allowance.take(events, now);
                if (!taken.granted()) {
                    now += taken.pause().toMillis() + 1;
                    taken = taken.left().take(events, now);
                }
                assertThat(taken.granted()).as("seed %d", seed).isTrue();
                allowance = taken.left();
                now += random.nextInt(3) * random.nextInt(200);
            }
        }
    }

    @Test
    void noMoreThanTheRateAndOneBurstEverComes() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            int events = 1 + random.nextInt(20);
            int burst = events + random.nextInt(20);
            Allowance allowance = allowance(events, burst);
            long granted = 0;
            for (long now = NOW; now <= NOW + 10_000; now += random.nextInt(60)) {
                Allowance.Taken taken = allowance.take(1, now);
                allowance = taken.left();
                granted += taken.granted() ? 1 : 0;
            }
            assertThat(granted).as("seed %d", seed).isLessThanOrEqualTo(burst + 10L * events);
        }
    }

    @Test
    void moreThanABurstIsLetThroughWhenNothingIsSpentAndPaidForAfterwards() {
        Allowance.Taken large = allowance(10, 10).take(50, NOW);
        assertThat(large.granted()).isTrue();
        assertThat(large.left().take(1, NOW + 4_000).granted()).isFalse();
        assertThat(large.left().take(1, NOW + 4_100).granted()).isTrue();
    }

    @Test
    void aClockThatIsSetBackCostsNobodyTheTimeBetween() {
        Allowance spent = allowance(10, 10).take(10, NOW).left();
        Allowance.Taken hourBefore = spent.take(1, NOW - 3_600_000);
        assertThat(hourBefore.pause()).isEqualTo(Duration.ofMillis(100));
        assertThat(hourBefore.left().take(1, NOW - 3_600_000 + 100).granted()).isTrue();
    }

    @Test
    void theGreatestRatesStayWithinTheirNumbers() {
        Allowance slowest = Allowance.of(new Rate(1, Duration.ofDays(1), 1_000_000_000));
        assertThat(slowest.take(10_000, NOW).granted()).isTrue();
        Allowance fastest = Allowance.of(new Rate(1_000_000_000, Duration.ofMillis(1), 0));
        assertThat(fastest.take(10_000, NOW).granted()).isTrue();
    }

    @Test
    void withoutARateEverythingMayCome() {
        assertThat(Allowance.UNLIMITED.take(10_000, NOW).left()).isSameAs(Allowance.UNLIMITED);
    }

    private static Allowance allowance(int perSecond, int burst) {
        return Allowance.of(new Rate(perSecond, Duration.ofSeconds(1), burst));
    }
}
