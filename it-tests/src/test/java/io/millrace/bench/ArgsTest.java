package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArgsTest {
    @Test
    void namesHaveValuesOrStandAlone() {
        Args args = Args.parse(List.of("--url", "u", "--quick", "--rounds", "3"));

        assertThat(args.text("url")).isEqualTo("u");
        assertThat(args.flag("quick")).isTrue();
        assertThat(args.flag("heap")).isFalse();
        assertThat(args.number("rounds", 1, 1, 50)).isEqualTo(3);
        assertThat(args.seconds("seconds", 7, 10)).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void numbersOutOfRangeAreRefusedByName() {
        Args args = Args.parse(List.of("--rounds", "51", "--size", "x"));

        assertThatThrownBy(() -> args.number("rounds", 1, 1, 50)).hasMessageContaining("--rounds");
        assertThatThrownBy(() -> args.number("size", 1, 1, 50)).hasMessageContaining("--size");
    }

    @Test
    void misspeltOptionsAreRefused() {
        Args args = Args.parse(List.of("--round", "3"));
        args.number("rounds", 1, 1, 50);

        assertThatThrownBy(args::refuseUnknown).hasMessageContaining("--round");
        assertThatThrownBy(() -> Args.parse(List.of("rounds"))).hasMessageContaining("'rounds'");
    }

    @Test
    void choicesAndWords() {
        Args args = Args.parse(List.of("--dialect", "nchan", "--java-options", " -Xmx1g   -Xss1m "));

        assertThat(args.choice("dialect", Dialect.MILLRACE)).isEqualTo(Dialect.NCHAN);
        assertThat(args.words("java-options", "")).containsExactly("-Xmx1g", "-Xss1m");
        assertThat(args.words("token-args", "")).isEmpty();
        assertThatThrownBy(() -> Args.parse(List.of("--dialect", "x")).choice("dialect", Dialect.MILLRACE))
                .hasMessageContaining("--dialect");
    }

    @Test
    void variantsAreNamedAndMayHaveTheirOwnJarAndJdk() {
        Path jar = Path.of("m.jar");
        Path java = Path.of("/jdk17");

        assertThat(Variant.parse("g1=-XX:+UseG1GC -Xmx1g; new=/jdk25 -Xms1g; old=/old.jar; plain=", jar, java))
                .containsExactly(
                        new Variant("g1", jar, java, List.of("-XX:+UseG1GC", "-Xmx1g")),
                        new Variant("new", jar, Path.of("/jdk25"), List.of("-Xms1g")),
                        new Variant("old", Path.of("/old.jar"), java, List.of()),
                        new Variant("plain", jar, java, List.of()));
        assertThatThrownBy(() -> Variant.parse("-XX:+UseG1GC", jar, java)).hasMessageContaining("--variants");
    }

    @Test
    void scenariosAreNamedByKey() {
        Scale still = Scale.from(Args.parse(List.of("--quick")));
        Scale churning = Scale.from(Args.parse(List.of("--minutes", "2")));

        assertThat(Suite.Settings.scenarios("storm,sse-steady", still))
                .containsExactly(Scenario.SSE_STEADY, Scenario.STORM);
        assertThat(Suite.Settings.scenarios("", still)).doesNotContain(Scenario.CHURN);
        assertThat(Suite.Settings.scenarios("", churning)).contains(Scenario.CHURN);
        assertThatThrownBy(() -> Suite.Settings.scenarios("strom", still)).hasMessageContaining("sse-steady");
    }

    @Test
    void onlyLoopbackIsSpokenTo() {
        assertThatThrownBy(() -> Target.of("http://192.0.2.1:80", "t")).hasMessageContaining("loopback");
        assertThatThrownBy(() -> Target.of("https://127.0.0.1:80", "t")).hasMessageContaining("--url");
    }
}
