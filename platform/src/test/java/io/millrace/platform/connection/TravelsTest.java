package io.millrace.platform.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.millrace.platform.access.Grant;
import io.millrace.platform.access.Login;
import io.millrace.protocol.Revocation;
import io.millrace.protocol.View;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class TravelsTest {
    /** As production has it, but for the cluster itself. */
    private static final Config CONFIG = ConfigFactory.parseString("pekko.actor.provider = local")
            .withFallback(ConfigFactory.parseResourcesAnySyntax("cluster"))
            .withFallback(ConfigFactory.load());

    private static final ActorTestKit KIT = ActorTestKit.create("travels", CONFIG);
    private static final Serialization SERIALIZATION = SerializationExtension.get(Adapter.toClassic(KIT.system()));

    private static final Login LOGIN = new Login(
            "ännchen",
            "e7",
            List.of(Grant.parse("jobs:*:subscribe,history"), Grant.parse("!jobs:7:admin")),
            Instant.parse("2026-01-31T12:00:00Z"),
            "t-1",
            Map.of("region", "eu"),
            Instant.parse("2026-01-31T11:00:00Z"));

    private static final Held HELD = new Held("jobs:*", "?min.amount=10", "w1.x", true);

    private static final List<Travels> SAMPLES = List.of(
            new Directory.Query("ann", null, "c", null, 100, 0, new Directory.Sample("c", "t", null, "{\"a\":\"🐎\"}")),
            new Directory.Selector(Directory.By.TOKEN, "t-1"),
            new Attendant.Tell(
                    new Directory.Query(null, "e", null, "h:1", 1, 5, null),
                    KIT.<Attendant.Told>createTestProbe().ref()),
            new Attendant.Told(
                    "h:1",
                    List.of(new Described(
                            "c1",
                            "ännchen 🐎",
                            null,
                            "sse",
                            "h:1",
                            "::1",
                            1,
                            2,
                            List.of(new Look.Place("c", 3, 4, "types [a]"), new Look.Place("d", 0, 0, null)),
                            1,
                            5,
                            null,
                            true,
                            Map.of("c", View.Sight.LEFT_OUT))),
                    7,
                    List.of(new Ending("c1", null, "sse", "", 1, 2, "client-left"))),
            new Attendant.Dismiss(
                    new Directory.Selector(Directory.By.USER, "ann"),
                    "REVOKED",
                    "why",
                    KIT.<Attendant.Dismissed>createTestProbe().ref()),
            new Attendant.Dismissed("h:1", 3),
            new Attendant.Count(
                    List.of("a:1"),
                    "a",
                    KIT.<Attendant.Counted>createTestProbe().ref()),
            new Attendant.Counted("h:1", Map.of("a:1", 3)),
            new Attendant.Figure(KIT.<NodeFigures>createTestProbe().ref()),
            new NodeFigures(
                    "h:1",
                    1,
                    2,
                    new NodeFigures.Carried(3, 4),
                    new NodeFigures.Carried(5, 6),
                    7,
                    true,
                    Map.of("a:1", 8),
                    9,
                    10,
                    "[]"),
            new NodeFigures.Carried(1, 2),
            new Keeping.Claim(
                    "1f.x",
                    Secret.proof("s3cret"),
                    Transport.WEBSOCKET,
                    null,
                    KIT.<Claimed>createTestProbe().ref()),
            new Session("1f.x", LOGIN, Form.PLAIN.compressedAbove(7), List.of(HELD)),
            Claimed.granted(new Session("1f.x", LOGIN, Form.PLAIN, List.of())),
            Claimed.UNKNOWN,
            new RevocationWatch.Heard(new Revocation(
                    7, Revocation.Kind.USER, "ann", null, "root", Instant.parse("2026-01-31T12:00:00.123456Z"), null)),
            new RevocationWatch.Heard(null));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void everySampleComesBackEqual() {
        for (Travels sample : SAMPLES) {
            byte[] bytes = SERIALIZATION.serialize(sample).get();
            int id = SERIALIZATION.findSerializerFor(sample).identifier();
            String manifest = Serializers.manifestFor(SERIALIZATION.findSerializerFor(sample), sample);
            assertThat(SERIALIZATION.deserialize(bytes, id, manifest).get()).isEqualTo(sample);
            assertThat(SERIALIZATION.findSerializerFor(sample).getClass().getSimpleName())
                    .isEqualTo("JacksonCborSerializer");
        }
    }

    @Test
    void everyTypeThatTravelsHasASample() {
        Set<String> traveling = new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("io.millrace.platform.connection")
                        .stream()
                        .filter(type -> type.isAssignableTo(Travels.class) && !type.isInterface())
                        .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
                        .map(JavaClass::getName)
                        .collect(Collectors.toSet());
        assertThat(SAMPLES.stream().map(each -> each.getClass().getName()).collect(Collectors.toSet()))
                .isEqualTo(traveling);
    }
}
