package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.View;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.jspecify.annotations.Nullable;

/** Tells any node which connections this one has, and ends some of them when told. One on every node. */
final class Attendant {
    static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "connections");

    private static final int LOOK_MILLIS = 500;

    /** So many subscriptions fit one frame between nodes. */
    private static final int SUBSCRIPTIONS = 4000;

    sealed interface Command {}

    record Tell(Directory.Query query, ActorRef<Told> replyTo) implements Command, Travels {}

    record Told(String node, List<Described> connections, int total, List<Ending> ended) implements Travels {
        Told {
            connections = List.copyOf(connections);
            ended = List.copyOf(ended);
        }
    }

    record Dismiss(Directory.Selector whom, String code, String why, ActorRef<Dismissed> replyTo)
            implements Command, Travels {}

    record Dismissed(String node, int count) implements Travels {}

    /** @param family where not null, all channels of it besides */
    record Count(List<String> channels, @Nullable String family, ActorRef<Counted> replyTo)
            implements Command, Travels {
        Count {
            channels = List.copyOf(channels);
        }
    }

    record Counted(String node, Map<String, Integer> subscribers) implements Travels {
        Counted {
            subscribers = Map.copyOf(subscribers);
        }
    }

    record Figure(ActorRef<NodeFigures> replyTo) implements Command, Travels {}

    private final String node;
    private final Connections connections;
    private final Supplier<NodeFigures> figures;

    private Attendant(String node, Connections connections, Supplier<NodeFigures> figures) {
        this.node = node;
        this.connections = connections;
        this.figures = figures;
    }

    static Behavior<Command> create(String node, Connections connections, Supplier<NodeFigures> figures) {
        Attendant attendant = new Attendant(node, connections, figures);
        return Behaviors.receive(Command.class)
                .onMessage(Tell.class, attendant::onTell)
                .onMessage(Dismiss.class, attendant::onDismiss)
                .onMessage(Count.class, attendant::onCount)
                .onMessage(Figure.class, attendant::onFigure)
                .build();
    }

    private Behavior<Command> onTell(Tell tell) {
        Directory.Query query = tell.query();
        ChannelName channel = query.channel() == null ? null : ChannelName.of(query.channel());
        List<Card> fitting = connections.roster().cards().stream()
                .filter(card -> fits(card, query, channel))
                .sorted(Comparator.comparing(Card::since)
                        .thenComparing(card -> card.id().value()))
                .toList();
        List<CompletableFuture<Described>> looks = fitting.stream()
                .limit(query.limit())
                .map(card -> look(card)
                        .thenApply(look -> described(card, look, query.sample()))
                        .toCompletableFuture())
                .toList();
        List<Ending> ended = query.ended() > 0
                ? connections.roster().endings().stream().limit(query.ended()).toList()
                : List.of();
        CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new)).whenComplete((done, failure) -> tell.replyTo()
                .tell(new Told(
                        node, within(looks.stream().map(CompletableFuture::join).toList()), fitting.size(), ended)));
        return Behaviors.same();
    }

    private static boolean fits(Card card, Directory.Query query, @Nullable ChannelName channel) {
        Login login = card.login();
        return (query.user() == null || (login != null && login.subject().equals(query.user())))
                && (query.entity() == null || (login != null && query.entity().equals(login.entity())))
                && (channel == null || card.channels().contains(channel));
    }

    /** Null where the stream doesn't answer soon: it has just begun, or just ended. */
    private static CompletionStage<@Nullable Look> look(Card card) {
        CompletableFuture<@Nullable Look> looked = new CompletableFuture<>();
        Line line = card.line();
        if (line == null) {
            looked.complete(null);
        } else {
            line.look(looked::complete);
        }
        return looked.completeOnTimeout(null, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static Map<String, View.Sight> sights(Look look, Directory.Sample sample) {
        Map<String, View.Sight> sights = new HashMap<>();
        String family = ChannelName.of(sample.channel()).family() + ":*";
        for (String way : List.of(sample.channel(), family)) {
            View view = look.views().get(way);
            if (view != null) {
                sights.put(way, view.sight(sample.event()));
            }
        }
        return sights;
    }

    private Described described(Card card, @Nullable Look look, Directory.@Nullable Sample sample) {
        Login login = card.login();
        long active = Math.max(card.heardNanos(), look == null ? card.heardNanos() : look.eventNanos());
        long idleMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - active);
        return new Described(
                card.id().value(),
                login == null ? null : login.subject(),
                login == null ? null : login.entity(),
                card.transport().name().toLowerCase(Locale.ROOT),
                node,
                card.caller().address(),
                card.since().toEpochMilli(),
                Instant.now().toEpochMilli() - Math.max(0, idleMillis),
                look == null ? List.of() : look.places(),
                Math.max(
                        card.channels().size(), look == null ? 0 : look.places().size()),
                look == null ? 0 : look.bufferedBytes(),
                login == null ? null : login.tokenId(),
                card.isAway(),
                look == null || sample == null ? Map.of() : sights(look, sample));
    }

    private static List<Described> within(List<Described> all) {
        int[] left = {SUBSCRIPTIONS};
        return all.stream()
                .map(each -> {
                    left[0] -= each.subscriptions().size();
                    return left[0] >= 0 ? each : each.withoutSubscriptions();
                })
                .toList();
    }

    private Behavior<Command> onCount(Count count) {
        Set<String> named = Set.copyOf(count.channels());
        Map<String, Integer> subscribers = connections
                .roster()
                .subscribers(channel -> named.contains(channel)
                        || (count.family() != null && channel.startsWith(count.family() + ":")));
        count.replyTo().tell(new Counted(node, NodeFigures.mostFollowed(subscribers)));
        return Behaviors.same();
    }

    private Behavior<Command> onFigure(Figure figure) {
        figure.replyTo().tell(figures.get());
        return Behaviors.same();
    }

    private Behavior<Command> onDismiss(Dismiss dismiss) {
        int count = 0;
        for (Card card : connections.roster().cards()) {
            if (dismiss.whom().fits(card)) {
                connections.end(card, Code.valueOf(dismiss.code()), dismiss.why());
                count++;
            }
        }
        dismiss.replyTo().tell(new Dismissed(node, count));
        return Behaviors.same();
    }
}
