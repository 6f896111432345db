package io.millrace.it.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The schedule is the seed's. */
class ScheduleTest {
    @Test
    void theSameSeedGivesTheSameSchedule() {
        assertThat(Schedule.of(42, 1_200)).isEqualTo(Schedule.of(42, 1_200));
    }

    @Test
    void anotherSeedGivesAnotherSchedule() {
        Set<List<Fault>> different = LongStream.range(0, 50)
                .mapToObj(seed -> Schedule.of(seed, 1_200).faults())
                .collect(Collectors.toSet());
        assertThat(different).hasSize(50);
    }

    @Test
    void twentyMinutesHoldEveryKindAndKeepInsideTheirTime() {
        for (long seed = 0; seed < 100; seed++) {
            Schedule schedule = Schedule.of(seed, 1_200);
            Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
            int free = Schedule.CALM_SECONDS;
            for (Fault fault : schedule.faults()) {
                assertThat(fault.atSeconds()).isGreaterThanOrEqualTo(free);
                assertThat(fault.other()).isNotEqualTo(fault.node()).isBetween(0, 2);
                free = fault.atSeconds()
                        + fault.kind().lastsSeconds()
                        + fault.kind().settlesSeconds();
                kinds.add(fault.kind());
            }
            assertThat(free).isLessThanOrEqualTo(1_200);
            assertThat(kinds).containsExactlyInAnyOrderElementsOf(FaultKind.possible());
        }
    }

    @Test
    void aShortTrialHoldsTheCore() {
        FaultKind[] core =
                Stream.of(FaultKind.values()).filter(FaultKind::isCore).toArray(FaultKind[]::new);
        for (long seed = 0; seed < 500; seed++) {
            assertThat(Schedule.of(seed, Schedule.SHORT_SECONDS).faults())
                    .extracting(Fault::kind)
                    .contains(core);
        }
    }
}
