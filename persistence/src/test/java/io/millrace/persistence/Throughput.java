package io.millrace.persistence;

import static java.util.concurrent.TimeUnit.SECONDS;

import com.typesafe.config.ConfigFactory;
import io.millrace.protocol.ChannelName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;

/** Roughly how fast this machine writes and reads; run by hand, in a folder on the disk in question. See README.md. */
final class Throughput {
    private static final Duration LONG = Duration.ofSeconds(60);

    private Throughput() {}

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        try (EmbeddedDatabase database = EmbeddedDatabase.start(home, 0)) {
            StorageSettings settings =
                    TestServer.defaults().at(database.jdbcUrl(), database.user(), database.password());
            try (Storage storage = Storage.open(settings)) {
                ActorTestKit kit = ActorTestKit.create(
                        "throughput",
                        storage.pluginConfig()
                                .withFallback(ConfigFactory.load())
                                .resolve());
                try {
                    measure(kit, storage.journal());
                } finally {
                    kit.shutdownTestKit();
                }
            }
        }
        delete(home);
    }

    private static void measure(ActorTestKit kit, Journal journal) throws Exception {
        for (int round = 1; round <= 3; round++) {
            write(kit, "r" + round, 1, 1, 800);
            write(kit, "r" + round, 1, 100, 600);
            write(kit, "r" + round, 64, 1, 60);
            write(kit, "r" + round, 64, 100, 30);
            replay(journal, ChannelName.of("r" + round + ":1x100:0"), 1 << 20);
            replay(journal, ChannelName.of("r" + round + ":1x100:0"), 64 << 10);
            replay(journal, ChannelName.of("r" + round + ":1x1:0"), 1 << 20);
            replayTogether(journal, "r" + round + ":64x100:", 64);
        }
    }

    private static void write(ActorTestKit kit, String round, int channels, int events, int times) {
        List<ActorRef<TinyChannel.Publish>> refs = new ArrayList<>();
        TestProbe<Long> heads = kit.createTestProbe();
        for (int i = 0; i < channels; i++) {
            ChannelName name = ChannelName.of(round + ":" + channels + "x" + events + ":" + i);
            refs.add(kit.spawn(TinyChannel.create(name, heads.ref())));
        }
        heads.receiveSeveralMessages(channels, LONG);
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            refs.forEach(ref -> ref.tell(new TinyChannel.Publish(events)));
        }
        heads.receiveSeveralMessages(channels * times, LONG);
        print(channels + " channels, " + events + " events a commit", start, (long) channels * events * times);
        refs.forEach(kit::stop);
    }

    private static void replay(Journal journal, ChannelName channel, int pageBytes) throws Exception {
        long start = System.nanoTime();
        print("replay of " + channel + ", pages of " + pageBytes, start, readAll(journal, channel, pageBytes));
    }

    private static void replayTogether(Journal journal, String prefix, int channels) throws Exception {
        long start = System.nanoTime();
        List<CompletableFuture<Integer>> pages = new ArrayList<>();
        for (int i = 0; i < channels; i++) {
            pages.add(journal.read(ChannelName.of(prefix + i), 0, Long.MAX_VALUE, 1 << 20)
                    .thenApply(page -> page.events().size())
                    .toCompletableFuture());
        }
        long events = 0;
        for (CompletableFuture<Integer> each : pages) {
            events += each.get(60, SECONDS);
        }
        print("one page of each of " + channels + " channels at once", start, events);
    }

    private static long readAll(Journal journal, ChannelName channel, int pageBytes) throws Exception {
        long after = 0;
        while (true) {
            Journal.Page page = journal.read(channel, after, Long.MAX_VALUE, pageBytes)
                    .toCompletableFuture()
                    .get(60, SECONDS);
            if (page.events().isEmpty()) {
                return after;
            }
            after += page.events().size();
        }
    }

    private static void print(String what, long start, long events) {
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(Locale.ROOT, "RESULT %-50s %,12.0f events/s%n", what, events / seconds);
    }

    private static void delete(Path home) throws IOException {
        PostgresBinaries.deleteAll(home);
    }
}
