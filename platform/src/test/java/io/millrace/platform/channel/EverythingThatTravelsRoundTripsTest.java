package io.millrace.platform.channel;

import static io.millrace.platform.fakes.Sample.START;
import static io.millrace.platform.fakes.Sample.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.millrace.persistence.WriteId;
import io.millrace.platform.channel.Announcement.Announced;
import io.millrace.platform.channel.Announcement.Head;
import io.millrace.platform.channel.Answer.Accepted;
import io.millrace.platform.channel.Answer.Conflicted;
import io.millrace.platform.channel.Answer.Declined;
import io.millrace.platform.channel.Answer.Limited;
import io.millrace.platform.channel.Answer.Receipt;
import io.millrace.platform.channel.Answer.Unconfirmed;
import io.millrace.platform.channel.Answer.Waits;
import io.millrace.platform.channel.Channel.Follow;
import io.millrace.platform.channel.Channel.PublishAll;
import io.millrace.platform.channel.Channel.Request;
import io.millrace.platform.channel.Channel.Trim;
import io.millrace.platform.channel.Channel.Unfollow;
import io.millrace.platform.fakes.Sample;
import io.millrace.protocol.Code;
import io.millrace.protocol.CommandDraft;
import io.millrace.protocol.Draft;
import io.millrace.protocol.Event;
import io.millrace.protocol.EventType;
import io.millrace.protocol.JsonInput;
import io.millrace.protocol.Position;
import io.millrace.protocol.StreamEnd;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class EverythingThatTravelsRoundTripsTest {
    /** As production has it, but for the cluster itself. */
    private static final Config CONFIG = ConfigFactory.parseString("pekko.actor.provider = local")
            .withFallback(ConfigFactory.parseResourcesAnySyntax("cluster"))
            .withFallback(ConfigFactory.load());

    private static final ActorTestKit KIT = ActorTestKit.create("travels", CONFIG);
    private static final Serialization SERIALIZATION = SerializationExtension.get(Adapter.toClassic(KIT.system()));
    private static final WriteId WRITE = new WriteId(Long.MIN_VALUE, -1, Long.MAX_VALUE);
    private static final EventType TYPE = EventType.of("größe:geändert 🐎");

    private static final Draft END =
            StreamEnd.draft("{}".getBytes(StandardCharsets.UTF_8), JsonInput.Limits.ofBytes(100), null);
    private static final List<Travels> SAMPLES = List.of(
            new PublishAll(
                    WRITE,
                    List.of(
                            new Request(
                                    "ännchen 🐎",
                                    List.of(
                                            new Draft(TYPE, json("{\"a\":\"\u2028🐎\"}"), "quelle ü", "schlüssel"),
                                            new Draft(TYPE, json("1e400"), null, "k"),
                                            new Draft(TYPE, json("\"\\ud800\""), "s", null),
                                            new Draft(TYPE, json("null"), null, null))),
                            new Request("", List.of(END), 4L),
                            new Request("", List.of())),
                    KIT.<Answer>createTestProbe().ref()),
            new Follow(KIT.<Announcement>createTestProbe().ref(), Position.MAX_OFFSET),
            new Unfollow(KIT.<Announcement>createTestProbe().ref()),
            new Channel.Execute(
                    WRITE,
                    "ann",
                    new CommandDraft("set", json("1e400"), "c-1", 7L),
                    KIT.<Answer>createTestProbe().ref()),
            new Channel.Execute(
                    WRITE,
                    "",
                    new CommandDraft("x", json("null"), null, null),
                    KIT.<Answer>createTestProbe().ref()),
            new Channel.ReadState(7, KIT.<Channel.StateIs>createTestProbe().ref()),
            new Channel.StateIs(7, 9, json("{\"a\":1e400}"), null),
            new Channel.StateIs(8, 0, null, new Declined(Code.NO_STATE, "a log")),
            new Trim("its oldest event is too old"),
            new Answer(WRITE, List.of()),
            new Answer(
                    WRITE,
                    List.of(
                            new Accepted(List.of(new Receipt(1, false), new Receipt(Position.MAX_OFFSET, true, true))),
                            new Limited(1500),
                            new Waits(),
                            new Unconfirmed(),
                            new Conflicted(3, 17),
                            new Answer.Done(9, 2, true, json("{\"left\":7}")),
                            new Answer.Done(0, 0, false, null),
                            new Declined(Code.OFFSET_CONFLICT, "the head is 3, not 4"),
                            new Accepted(List.of()))),
            new Head(0),
            new Head(Position.MAX_OFFSET),
            new Announced(List.of(
                    new Event(9, START, TYPE, json("[1,2.50,\"ü\"]"), "quelle", "schlüssel", "ann"),
                    new Event(10, START, TYPE, json("9007199254740993"), null, "k", "ann"),
                    new Event(11, START, TYPE, json("\"\""), "s", null, "ann"),
                    new Event(12, START.plusMillis(1), TYPE, json("{}"), null, null, ""))),
            new Announced(List.of(new Event(9, Sample.START, END.type(), END.data(), null, null, "ann"))),
            new Head(9, true),
            new Announced(List.of()));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void everySampleComesBackEqual() {
        for (Travels sample : SAMPLES) {
            assertThat(roundTrip(sample)).isEqualTo(sample);
        }
    }

    @Test
    void everyTypeThatTravelsHasASample() {
        Set<String> sampled =
                SAMPLES.stream().map(each -> each.getClass().getName()).collect(Collectors.toSet());
        assertThat(sampled).isEqualTo(traveling());
    }

    @Test
    void theyGoByTheSerializerThatNamesNoJavaClassOfOthers() {
        for (Travels sample : SAMPLES) {
            assertThat(SERIALIZATION.findSerializerFor(sample).getClass().getSimpleName())
                    .isEqualTo("JacksonCborSerializer");
        }
    }

    @Test
    void anAnnouncementIsCompact() {
        List<Event> events = Stream.iterate(1L, n -> n + 1)
                .limit(100)
                .map(n -> new Event(n, START, TYPE, json("{\"n\":" + n + "}"), null, null, "ann"))
                .toList();
        assertThat(SERIALIZATION.serialize(new Announced(events)).get()).hasSizeLessThan(100 * 60);
    }

    private static Set<String> traveling() {
        return new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("io.millrace.platform")
                        .stream()
                        .filter(type -> type.isAssignableTo(Travels.class) && !type.isInterface())
                        .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
                        .map(JavaClass::getName)
                        .collect(Collectors.toSet());
    }

    private static Object roundTrip(Object message) {
        byte[] bytes = SERIALIZATION.serialize(message).get();
        int id = SERIALIZATION.findSerializerFor(message).identifier();
        String manifest = Serializers.manifestFor(SERIALIZATION.findSerializerFor(message), message);
        return SERIALIZATION.deserialize(bytes, id, manifest).get();
    }
}
