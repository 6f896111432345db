package io.millrace.platform.channel;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.persistence.ChannelRecord;
import io.millrace.persistence.ChannelRecord.Appended;
import io.millrace.persistence.ChannelSnapshot.KnownState;
import io.millrace.persistence.WriteId;
import io.millrace.platform.channel.Answer.Declined;
import io.millrace.platform.channel.Answer.Done;
import io.millrace.platform.channel.Channel.Request;
import io.millrace.platform.fakes.MemoryJournal;
import io.millrace.platform.family.Families;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.CommandDraft;
import io.millrace.protocol.Draft;
import io.millrace.protocol.Event;
import io.millrace.protocol.EventType;
import io.millrace.protocol.JsonData;
import io.millrace.protocol.JsonInput;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.jspecify.annotations.Nullable;

/**
 * For testing a behaviour of your own as it runs in the product: in the real channel entity, over a journal in memory,
 * with everything that is stored written as bytes and read again. After each step it also checks what a behaviour must
 * keep: that its snapshot gives the same state back, and that a recovery does.
 */
public final class EntityTestKit implements AutoCloseable {
    private static final ChannelName CHANNEL = ChannelName.of("test:1");
    private static final Config CONFIG = ConfigFactory.parseString(
                    """
                    pekko.actor.serialization-bindings {
                      "io.millrace.platform.channel.Travels" = jackson-cbor
                    }
                    pekko.persistence.testkit.events.serialize = on
                    pekko.persistence.testkit.snapshots.serialize = on
                    """)
            .withFallback(PersistenceTestKitPlugin.getInstance().config())
            .withFallback(PersistenceTestKitSnapshotPlugin.config())
            .withFallback(EventSourcedBehaviorTestKit.config())
            .withFallback(ConfigFactory.load());

    private final ActorTestKit actors = ActorTestKit.create("entity", CONFIG);
    private final EntityBehaviour<?> behaviour;
    private final EventSourcedBehaviorTestKit<Channel.Command, ChannelRecord, ChannelState> kit;
    private long writes;
    private long questions;

    private EntityTestKit(EntityBehaviour<?> behaviour) {
        this.behaviour = behaviour;
        Config millrace = CONFIG.getConfig("millrace");
        this.kit = EventSourcedBehaviorTestKit.create(
                actors.system(),
                Channel.create(
                        CHANNEL,
                        Families.from(millrace).of(CHANNEL),
                        behaviour,
                        new Channel.Surroundings(
                                ChannelSettings.from(millrace),
                                new MemoryJournal(),
                                Clock.systemUTC(),
                                new ChannelMeters(new SimpleMeterRegistry()))),
                EventSourcedBehaviorTestKit.enabledSerializationSettings()
                        .withVerifyState(false)
                        .withVerifyCommands(false));
    }

    /** A channel of its own that has this behaviour and no events. */
    public static EntityTestKit of(EntityBehaviour<?> behaviour) {
        return new EntityTestKit(behaviour);
    }

    /**
     * What became of a command.
     *
     * @param code {@code done}, or the refusal's code such as {@code command-refused}
     * @param detail of the refusal
     * @param events what was stored
     * @param reply the behaviour's, as JSON
     */
    public record Result(
            String code,
            @Nullable String detail,
            List<Event> events,
            @Nullable String reply,
            long offset,
            boolean duplicate) {
        public List<String> types() {
            return events.stream().map(event -> event.type().value()).toList();
        }
    }

    public Result execute(String name, String json) {
        return execute(name, json, null);
    }

    /** @param id by which the command is known again; null for none */
    public Result execute(String name, String json, @Nullable String id) {
        CommandDraft command = new CommandDraft(name, json(json), id, null);
        var result = kit.<Answer>runCommand(replyTo -> new Channel.Execute(nextWrite(), "tester", command, replyTo));
        List<Event> events = result.events().stream()
                .filter(Appended.class::isInstance)
                .flatMap(record -> ((Appended) record).events().stream())
                .toList();
        check();
        Answer.Outcome outcome = result.reply().outcomes().get(0);
        if (outcome instanceof Done done) {
            JsonData reply = done.reply();
            return new Result(
                    "done", null, events, reply == null ? null : reply.toString(), done.offset(), done.duplicate());
        }
        Declined declined = (Declined) outcome;
        return new Result(declined.code().code(), declined.detail(), events, null, 0, false);
    }

    /** Publishes an event as anybody with a grant may, past the commands. */
    public void publish(String type, String json) {
        List<Draft> drafts = List.of(new Draft(EventType.of(type), json(json), null, null));
        kit.<Answer>runCommand(
                replyTo -> new Channel.PublishAll(nextWrite(), List.of(new Request("tester", drafts)), replyTo));
        check();
    }

    /** The state as clients get it, as JSON. */
    public String state() {
        Channel.StateIs state = kit.<Channel.StateIs>runCommand(replyTo -> new Channel.ReadState(++questions, replyTo))
                .reply();
        if (state.data() == null) {
            throw new AssertionError("no state: " + state.declined());
        }
        return state.data().toString();
    }

    /** Stops the entity and has it recover from what was stored. */
    public void restart() {
        KnownState before = stored();
        kit.restart();
        same("a recovery from the events", before, stored());
    }

    private void check() {
        KnownState now = stored();
        same("a snapshot", now, Entity.of(behaviour, now).snapshot());
    }

    private KnownState stored() {
        Entity entity = kit.getState().entity();
        if (entity == null || entity.broken() != null) {
            throw new AssertionError(entity == null ? "a log has no state" : entity.broken());
        }
        return entity.snapshot();
    }

    private static void same(String what, KnownState before, KnownState after) {
        if (!before.equals(after)) {
            throw new AssertionError(what + " gives another state back: "
                    + new String(after.bytes(), StandardCharsets.UTF_8) + " instead of "
                    + new String(before.bytes(), StandardCharsets.UTF_8));
        }
    }

    private WriteId nextWrite() {
        return new WriteId(7, 7, ++writes);
    }

    private static JsonData json(String json) {
        return JsonInput.data(json.getBytes(StandardCharsets.UTF_8), JsonInput.Limits.ofBytes(1024 * 1024));
    }

    @Override
    public void close() {
        actors.shutdownTestKit();
    }
}
