package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.protocol.ChannelName;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Every connection of this node by its id, how many an address has, and how the last ones ended. For many threads. */
final class Roster {
    private static final int ENDINGS = 200;

    private final Map<ConnectionId, Card> here = new ConcurrentHashMap<>();
    private final Map<String, Integer> byAddress = new ConcurrentHashMap<>();
    private final AtomicInteger away = new AtomicInteger();
    private final Deque<Ending> endings = new ArrayDeque<>();

    /** How many have a line. */
    int size() {
        return here.size() - away.get();
    }

    Collection<Card> cards() {
        return here.values();
    }

    @Nullable
    Card find(ConnectionId id) {
        return here.get(id);
    }

    /** Takes a connection in, unless its address has as many as it may; {@code perAddress} 0 is no limit. */
    boolean admit(Card card, int perAddress) {
        String address = card.caller().address();
        if (!address.isEmpty()) {
            int count = byAddress.merge(address, 1, Integer::sum);
            if (perAddress > 0 && count > perAddress) {
                forget(address);
                return false;
            }
        }
        here.put(card.id(), card);
        return true;
    }

    /** It never began: somebody else has refused it. */
    void withdraw(Card card) {
        if (here.remove(card.id()) != null) {
            forget(card.caller().address());
        }
    }

    /** Its session waits for its client, who has left its address. */
    void away(Card card) {
        if (here.containsKey(card.id()) && !card.isAway()) {
            card.goesAway();
            away.incrementAndGet();
            forget(card.caller().address());
        }
    }

    /** It is over. */
    void release(Card card, String code, Instant now) {
        if (here.remove(card.id()) == null) {
            return;
        }
        if (card.isAway()) {
            away.decrementAndGet();
        } else {
            forget(card.caller().address());
        }
        Login login = card.login();
        Ending ending = new Ending(
                card.id().value(),
                login == null ? null : login.subject(),
                card.transport().name().toLowerCase(Locale.ROOT),
                card.caller().address(),
                card.since().toEpochMilli(),
                now.toEpochMilli(),
                code);
        synchronized (endings) {
            endings.addFirst(ending);
            if (endings.size() > ENDINGS) {
                endings.removeLast();
            }
        }
    }

    /** The newest first. */
    List<Ending> endings() {
        synchronized (endings) {
            return List.copyOf(endings);
        }
    }

    /** How many connections follow each channel. */
    Map<String, Integer> subscribers() {
        Map<String, Integer> subscribers = new HashMap<>();
        for (Card card : here.values()) {
            if (card.isAway()) {
                continue;
            }
            for (ChannelName channel : card.channels()) {
                subscribers.merge(channel.value(), 1, Integer::sum);
            }
        }
        return subscribers;
    }

    /** The same of the channels whose names begin so, or of these alone. */
    Map<String, Integer> subscribers(Predicate<String> of) {
        Map<String, Integer> subscribers = subscribers();
        subscribers.keySet().removeIf(of.negate());
        return subscribers;
    }

    private void forget(String address) {
        byAddress.computeIfPresent(address, (same, count) -> count > 1 ? count - 1 : null);
    }
}
