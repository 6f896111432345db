// Think before changing this: it is the picture of which room may use which. A red test here is a question about the
// design.
package io.millrace.platform;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.local.LocalBucketBuilder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            entry(
                    "boot",
                    "edge",
                    "ingest",
                    "ops",
                    "connection",
                    "presence",
                    "relay",
                    "channel",
                    "access",
                    "family",
                    "preset",
                    "persistence",
                    "protocol"),
            entry("edge", "preset", "connection", "presence", "relay", "access", "family", "persistence", "protocol"),
            entry("ingest", "relay", "access", "persistence", "protocol"),
            entry("ops", "channel", "relay", "connection", "presence", "access", "family", "persistence", "protocol"),
            entry("connection", "preset", "presence", "relay", "access", "family", "persistence", "protocol"),
            entry("presence", "access", "family", "protocol"),
            entry("relay", "channel", "family", "persistence", "protocol"),
            entry("channel", "family", "persistence", "protocol"),
            entry("access", "family", "protocol"),
            entry("family", "protocol"),
            entry("preset", "protocol"),
            entry("persistence", "protocol"),
            entry("protocol"));

    private static Map.Entry<String, Set<String>> entry(String room, String... mayUse) {
        return Map.entry(room, Set.of(mayUse));
    }

    /**
     * Settings are read in one place for each room: the {@code from(Config)} of its settings records. Beside those, the
     * journal hands the actor system its plugin's configuration, and a connection's door takes the {@code edge} settings to
     * make the conversation's terms of them, since it can't use the room above that owns their record; and the families are
     * read from three places by their own door.
     */
    private static final Set<String> SEE_CONFIG = Set.of(
            "io.millrace.persistence.Storage",
            "io.millrace.persistence.PostgresStorage",
            "io.millrace.persistence.PluginConfig",
            "io.millrace.platform.access.TokenRules",
            "io.millrace.platform.connection.Connections",
            "io.millrace.platform.family.Families",
            "io.millrace.platform.connection.Conversation$Terms");

    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.millrace.platform", "io.millrace.persistence", "io.millrace.protocol");
    }

    @Test
    void everyClassIsInARoomAndEveryRoomIsFlat() {
        Set<String> packages = classes.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
        assertThat(packages)
                .containsExactlyInAnyOrder(
                        "io.millrace.platform.boot",
                        "io.millrace.platform.edge",
                        "io.millrace.platform.ingest",
                        "io.millrace.platform.ops",
                        "io.millrace.platform.connection",
                        "io.millrace.platform.presence",
                        "io.millrace.platform.relay",
                        "io.millrace.platform.channel",
                        "io.millrace.platform.access",
                        "io.millrace.platform.family",
                        "io.millrace.platform.preset",
                        "io.millrace.persistence",
                        "io.millrace.protocol");
    }

    @Test
    void aRoomUsesOnlyTheRoomsOfThePicture() {
        Map<String, Set<String>> wrong = new TreeMap<>();
        for (JavaClass from : classes) {
            Set<String> allowed = MAY_USE.getOrDefault(room(from), Set.of());
            from.getDirectDependenciesFromSelf().stream()
                    .filter(to -> to.getTargetClass().getPackageName().startsWith("io.millrace"))
                    .filter(to ->
                            !room(to.getTargetClass().getBaseComponentType()).equals(room(from)))
                    .filter(to -> !allowed.contains(room(to.getTargetClass().getBaseComponentType())))
                    .forEach(to -> wrong.computeIfAbsent(
                                    room(from) + " -> "
                                            + room(to.getTargetClass().getBaseComponentType()),
                                    arrow -> new TreeSet<>())
                            .add(to.getDescription()));
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void bootUsesEveryRoomOrItWouldBeDead() {
        Set<String> used = classes.stream()
                .flatMap(from -> from.getDirectDependenciesFromSelf().stream())
                .filter(to -> to.getTargetClass().getPackageName().startsWith("io.millrace"))
                .map(to -> room(to.getOriginClass()) + " -> "
                        + room(to.getTargetClass().getBaseComponentType()))
                .collect(Collectors.toSet());
        assertThat(used)
                .contains(
                        "boot -> edge",
                        "boot -> ingest",
                        "boot -> ops",
                        "boot -> connection",
                        "boot -> presence",
                        "boot -> relay",
                        "boot -> channel",
                        "boot -> access",
                        "boot -> preset",
                        "boot -> persistence");
    }

    @Test
    void noArrowPointsBack() {
        slices().matching("io.millrace.(**)").should().beFreeOfCycles().check(classes);
    }

    @Test
    void theWordsOnTheWireKnowNoActors() {
        noClasses()
                .that()
                .resideInAPackage("io.millrace.protocol")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.pekko..", "scala..", "com.typesafe.config..")
                .check(classes);
    }

    @Test
    void onlyBootAndTheSettingsRecordsSeeConfig() {
        Set<String> seeing = classes.stream()
                .filter(from -> !room(from).equals("boot"))
                .filter(from -> from.getDirectDependenciesFromSelf().stream()
                        .anyMatch(to -> to.getTargetClass().getPackageName().startsWith("com.typesafe.config")))
                .map(JavaClass::getName)
                .filter(name -> !name.matches(".*Settings(\\$\\w+)?"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(seeing).isSubsetOf(SEE_CONFIG);
    }

    /** By the wall clock, which is Bucket4j's default, no bucket is filled for as long as that clock was set back. */
    @Test
    void tokenBucketsGoByAClockThatNeverJumps() {
        List<JavaClass> makers = classes.stream()
                .filter(type -> calls(type, Bucket.class, "builder"))
                .toList();
        assertThat(makers)
                .isNotEmpty()
                .allMatch(type -> calls(type, LocalBucketBuilder.class, "withNanosecondPrecision"));
    }

    private static boolean calls(JavaClass type, Class<?> owner, String method) {
        return type.getMethodCallsFromSelf().stream()
                .anyMatch(call -> call.getTargetOwner().isEquivalentTo(owner)
                        && call.getName().equals(method));
    }

    private static String room(JavaClass type) {
        String name = type.getPackageName();
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
