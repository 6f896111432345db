package io.millrace.it.trial;

import io.millrace.it.trial.Account.Manner;
import io.millrace.it.trial.Reader.Kind;
import io.millrace.it.trial.Reader.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Who listens: every transport in every manner that it can have. */
final class Audience {
    private final List<String> channels;
    private final Stage stage;
    private final Book book;
    private final long seed;
    private final Asker asker = new Asker();
    private final List<Reader> readers = new ArrayList<>();
    private int next;

    private Audience(List<String> channels, Stage stage, Book book, long seed) {
        this.channels = channels;
        this.stage = stage;
        this.book = book;
        this.seed = seed;
    }

    static List<Reader> of(List<String> channels, String brief, Stage stage, Book book, long seed) {
        Audience audience = new Audience(channels, stage, book, seed);
        for (int i = 0; i < 3; i++) {
            audience.add(Transport.SSE, Manner.STEADY, 1);
            audience.add(Transport.SSE, Manner.STEADY, 3);
            audience.add(Transport.WEBSOCKET, Manner.STEADY, 3);
            audience.add(Transport.SSE, Manner.RESTLESS, 1);
            audience.add(Transport.SSE, Manner.RESTLESS, 4);
            audience.add(Transport.WEBSOCKET, Manner.RESTLESS, 2);
        }
        audience.add(Transport.HISTORY, Manner.STEADY, 1);
        audience.add(Transport.HISTORY, Manner.RESTLESS, 1);
        audience.add(Transport.SSE, Manner.SLOW, 1);
        audience.add(Transport.SSE, Manner.SLOW, 1);
        audience.add(Transport.SSE, Manner.SLOW, 2);
        audience.add(Transport.SSE, Manner.VANISHING, 1);
        audience.add(Transport.WEBSOCKET, Manner.VANISHING, 2);
        audience.add(Transport.SSE, Manner.STEADY, List.of(brief), "earliest");
        audience.add(Transport.SSE, Manner.AWAY, List.of(brief), "");
        audience.add(Transport.SSE, Manner.AWAY, List.of(brief, channels.get(0)), "earliest");
        audience.add(Transport.WEBSOCKET, Manner.AWAY, List.of(brief, channels.get(1)), "earliest");
        audience.add(Transport.HISTORY, Manner.AWAY, List.of(brief), "");
        return audience.readers;
    }

    private void add(Transport transport, Manner manner, int count) {
        List<String> some = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            some.add(channels.get(next++ % channels.size()));
        }
        add(transport, manner, some, next % 2 == 0 ? "earliest" : "");
    }

    private void add(Transport transport, Manner manner, List<String> some, String from) {
        String name = (transport + "-" + manner).toLowerCase(Locale.ROOT) + some.size() + "-" + readers.size();
        readers.add(new Reader(name, new Kind(transport, manner, some, from), stage, book, asker, seed));
    }
}
