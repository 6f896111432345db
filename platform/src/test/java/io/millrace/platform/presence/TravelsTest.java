package io.millrace.platform.presence;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
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

    private static final List<Travels> SAMPLES = List.of(
            new UserSeats.Take(
                    "c1", "c0", 20, KIT.<UserSeats.Taken>createTestProbe().ref()),
            new UserSeats.Taken(true),
            new UserSeats.Left("c1"),
            new UserSeats.Sitting(List.of("c1", "c2")),
            new SeatKeeper.WhoSits(
                    "ännchen 🐎", KIT.<UserSeats.Command>createTestProbe().ref()),
            new ChannelPresence.Update("n", 3, List.of(new Present("ännchen", 2, 7)), true, agent()),
            new ChannelPresence.All("n", 0, List.of(), false, agent()),
            new ChannelPresence.Renew("n", Long.MAX_VALUE, true, agent()),
            new ChannelPresence.WantView(agent()),
            new ChannelPresence.Who(KIT.<ChannelPresence.Told>createTestProbe().ref()),
            new ChannelPresence.Told(List.of(new Here("ann", 2, 1, 2)), List.of(new Here("bob", 0, 1, 1))),
            new PresenceAgent.TellAll("room:1"),
            new PresenceAgent.Changed("room:1", List.of(new Change("ann", true, 5), new Change("bob", false, 6))),
            new PresenceAgent.View("room:1", List.of(new Here("ann", 2, 1, 2)), true, 9),
            new PresenceAgent.Digest("room:1", -7));

    private static ActorRef<PresenceAgent.Command> agent() {
        return KIT.<PresenceAgent.Command>createTestProbe().ref();
    }

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
                        .importPackages("io.millrace.platform.presence")
                        .stream()
                        .filter(type -> type.isAssignableTo(Travels.class) && !type.isInterface())
                        .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
                        .map(JavaClass::getName)
                        .collect(Collectors.toSet());
        assertThat(SAMPLES.stream().map(each -> each.getClass().getName()).collect(Collectors.toSet()))
                .isEqualTo(traveling);
    }
}
