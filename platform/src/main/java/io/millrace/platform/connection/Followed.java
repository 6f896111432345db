package io.millrace.platform.connection;

import java.util.List;
import java.util.function.Predicate;

/** What a connection's stream follows, and in which form it writes that. */
record Followed(Form form, List<Held> held) {
    Followed {
        held = List.copyOf(held);
    }

    /** @param presence whether the client hears who else is on the channel */
    Followed hearing(Predicate<String> presence) {
        return new Followed(
                form,
                held.stream()
                        .map(each ->
                                new Held(each.channel(), each.filter(), each.from(), presence.test(each.channel())))
                        .toList());
    }
}
