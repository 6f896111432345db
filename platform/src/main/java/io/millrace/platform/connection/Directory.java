package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.platform.presence.Peers;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Event;
import io.millrace.protocol.EventType;
import io.millrace.protocol.JsonData;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.typed.Cluster;
import org.jspecify.annotations.Nullable;

/**
 * Every connection of the cluster: looked up and ended on whatever node it is. A node that doesn't answer in time is named
 * in the answer, so that nobody takes a part for the whole.
 */
public final class Directory {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final ActorSystem<?> system;
    private final String self;
    private final Peers<Attendant.Command> attendants;

    /** An event that connections are asked about. */
    public record Sample(String channel, String type, @Nullable String source, String data) {
        public static Sample of(ChannelName channel, Event event) {
            return new Sample(
                    channel.value(),
                    event.type().value(),
                    event.source(),
                    event.data().toString());
        }

        Event event() {
            JsonData json = JsonData.trusted(data.getBytes(StandardCharsets.UTF_8));
            return new Event(1, Instant.EPOCH, new EventType(type), json, source, null, "");
        }
    }

    /**
     * Which connections; null is any.
     *
     * @param sample what each of them is asked about as well
     */
    public record Query(
            @Nullable String user,
            @Nullable String entity,
            @Nullable String channel,
            @Nullable String node,
            int limit,
            int ended,
            @Nullable Sample sample)
            implements Travels {}

    /** By what connections are chosen to be ended. */
    public enum By {
        USER,
        TOKEN,
        CONNECTION
    }

    public record Selector(By by, String value) implements Travels {
        boolean fits(Card card) {
            Login login = card.login();
            return switch (by) {
                case CONNECTION -> card.id().value().equals(value);
                case USER -> login != null && login.subject().equals(value);
                case TOKEN -> login != null && value.equals(login.tokenId());
            };
        }
    }

    /** @param unanswered nodes that didn't say what they have */
    public record Found(List<Described> connections, int total, List<Ending> ended, List<String> unanswered) {}

    /** By channel, how many connections follow it on each node where some do. */
    public record Audience(Map<String, Map<String, Integer>> channels, List<String> unanswered) {}

    public record Figures(List<NodeFigures> nodes, List<String> unanswered) {}

    public record Gone(int count, List<String> unanswered) {}

    private Directory(ActorSystem<?> system, String self, Peers<Attendant.Command> attendants) {
        this.system = system;
        this.self = self;
        this.attendants = attendants;
    }

    /** @param figures this node's, for whichever node asks */
    public static Directory start(
            ActorSystem<?> system, Connections connections, Function<String, NodeFigures> figures) {
        String self = name(Cluster.get(system).selfMember().address());
        ActorRef<Attendant.Command> attendant = system.systemActorOf(
                Attendant.create(self, connections, () -> figures.apply(self)), "attendant", Props.empty());
        return new Directory(system, self, Peers.of(system, Attendant.KEY, attendant));
    }

    /** This node, as it is named here. */
    public String node() {
        return self;
    }

    public CompletionStage<Found> find(Query query) {
        return all(
                        nodes(query.node()),
                        node -> AskPattern.<Attendant.Command, Attendant.Told>ask(
                                node, replyTo -> new Attendant.Tell(query, replyTo), PATIENCE, system.scheduler()))
                .thenApply(answers -> found(query, answers));
    }

    public CompletionStage<Gone> end(Selector whom, Code code, String why) {
        return all(
                        attendants.all(),
                        node -> AskPattern.<Attendant.Command, Attendant.Dismissed>ask(
                                node,
                                replyTo -> new Attendant.Dismiss(whom, code.name(), why, replyTo),
                                PATIENCE,
                                system.scheduler()))
                .thenApply(answers -> new Gone(
                        answers.told().stream()
                                .mapToInt(Attendant.Dismissed::count)
                                .sum(),
                        answers.unanswered()));
    }

    /** How many follow these channels, and all of a family where one is named. */
    CompletionStage<Audience> followed(List<String> channels, @Nullable String family) {
        return all(
                        attendants.all(),
                        node -> AskPattern.<Attendant.Command, Attendant.Counted>ask(
                                node,
                                replyTo -> new Attendant.Count(channels, family, replyTo),
                                PATIENCE,
                                system.scheduler()))
                .thenApply(answers -> {
                    Map<String, Map<String, Integer>> followed = new TreeMap<>();
                    channels.forEach(channel -> followed.put(channel, new TreeMap<>()));
                    for (Attendant.Counted counted : answers.told()) {
                        counted.subscribers()
                                .forEach((channel, count) -> followed.computeIfAbsent(channel, first -> new TreeMap<>())
                                        .put(counted.node(), count));
                    }
                    return new Audience(followed, answers.unanswered());
                });
    }

    /** Every node's own figures, by its name. */
    public CompletionStage<Figures> figures() {
        return all(
                        attendants.all(),
                        node -> AskPattern.<Attendant.Command, NodeFigures>ask(
                                node, Attendant.Figure::new, PATIENCE, system.scheduler()))
                .thenApply(answers -> new Figures(
                        answers.told().stream()
                                .sorted(Comparator.comparing(NodeFigures::node))
                                .toList(),
                        answers.unanswered()));
    }

    private Collection<ActorRef<Attendant.Command>> nodes(@Nullable String named) {
        Set<ActorRef<Attendant.Command>> all = attendants.all();
        return named == null
                ? all
                : all.stream().filter(node -> nameOf(node).equals(named)).toList();
    }

    private static Found found(Query query, Answers<Attendant.Told> answers) {
        List<Described> connections = new ArrayList<>();
        List<Ending> ended = new ArrayList<>();
        int total = 0;
        for (Attendant.Told told : answers.told()) {
            connections.addAll(told.connections());
            ended.addAll(told.ended());
            total += told.total();
        }
        return new Found(
                connections.stream()
                        .sorted(Comparator.comparingLong(Described::connectedAtMillis)
                                .thenComparing(Described::connectionId))
                        .limit(query.limit())
                        .toList(),
                total,
                ended.stream()
                        .sorted(Comparator.comparingLong(Ending::endedAtMillis).reversed())
                        .limit(query.ended())
                        .toList(),
                answers.unanswered());
    }

    private record Answers<T>(List<T> told, List<String> unanswered) {}

    private <T> CompletionStage<Answers<T>> all(
            Collection<ActorRef<Attendant.Command>> nodes,
            Function<ActorRef<Attendant.Command>, CompletionStage<T>> ask) {
        Answers<T> answers = new Answers<>(new ArrayList<>(), new ArrayList<>());
        List<CompletableFuture<T>> asked = new ArrayList<>();
        for (ActorRef<Attendant.Command> node : nodes) {
            asked.add(ask.apply(node).toCompletableFuture().whenComplete((told, failure) -> {
                synchronized (answers) {
                    if (failure == null) {
                        answers.told().add(told);
                    } else {
                        answers.unanswered().add(nameOf(node));
                    }
                }
            }));
        }
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).handle((done, failure) -> answers);
    }

    private String nameOf(ActorRef<?> actor) {
        Address address = actor.path().address();
        return address.getHost().isPresent() ? name(address) : self;
    }

    private static String name(Address address) {
        return address.getHost().orElse("") + ":" + address.getPort().orElse(0);
    }
}
