package io.millrace.it.trial;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One trial from beginning to end: a cluster, a load, a schedule of faults, a quiet end in which every reader reads until it
 * stands at the heads, and the verdict. By hand: see {@link #main}.
 */
final class Trial {
    private static final int CATCH_UP_SECONDS = 45;
    private static final int QUIET_MILLIS = 3_000;
    private static final List<String> CHANNELS =
            List.of("trial:0", "trial:1", "trial:2", "trial:3", "trial:4", "trial:5", "trial:6", "trial:7");
    private static final String BRIEF = Stage.BRIEF + ":0";

    private final Schedule schedule;
    private final String wires;
    private final Path folder;
    private final Book book = new Book();

    /** @param wires as {@link Wires#open} takes them */
    Trial(Schedule schedule, String wires, Path folder) {
        this.schedule = schedule;
        this.wires = wires;
        this.folder = folder;
    }

    /** What came of a trial. */
    record Outcome(Schedule schedule, Account account, List<Verdict> verdicts, Path picture) {
        boolean holds() {
            return Verdicts.hold(verdicts);
        }

        String text() {
            Figures figures = new Figures(account);
            List<Figures.Cost> costs = new ArrayList<>(List.of(figures.calm()));
            costs.addAll(figures.costs());
            return schedule.text() + "\n\n" + Figures.table(costs) + "\n\n" + Verdicts.text(verdicts) + "timeline: "
                    + picture + "\nagain: --seed " + schedule.seed() + " --seconds " + schedule.seconds();
        }
    }

    Outcome run() throws Exception {
        System.out.println("trial of " + schedule.text());
        try (Stage stage = Stage.open(folder, Wires.open(wires), book)) {
            book.note("the cluster is ready");
            List<String> all = new ArrayList<>(CHANNELS);
            all.add(BRIEF);
            Speakers speakers = new Speakers(stage, book, schedule.seed(), all);
            Scribe scribe = new Scribe(stage, all);
            Prober prober = new Prober(stage, book, schedule.seed());
            Usher usher = new Usher(stage, book);
            List<Guest> guests = Guest.all(stage, book, schedule.seed());
            speakers.start();
            List<Thread> threads =
                    new ArrayList<>(List.of(start(scribe, "scribe"), start(prober, "prober"), start(usher, "usher")));
            guests.forEach(guest -> threads.add(start(guest, "guest")));
            List<Reader> readers = Audience.of(CHANNELS, BRIEF, stage, book, schedule.seed());
            List<Thread> reading = new ArrayList<>();
            readers.forEach(reader -> reading.add(start(reader, "reader")));
            new Troublemaker(stage, book).carryOut(schedule);
            book.note("the quiet end begins");
            speakers.stop();
            prober.stop();
            usher.stop();
            guests.forEach(Guest::stop);
            Thread.sleep(QUIET_MILLIS); // the quiet that an end needs
            scribe.stop();
            for (Thread thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(30));
            }
            Map<String, Account.ChannelLog> logs = scribe.logs();
            Map<String, Long> heads = new HashMap<>();
            logs.forEach((channel, log) -> heads.put(
                    channel,
                    log.reads().stream()
                            .flatMap(List::stream)
                            .mapToLong(Account.Entry::offset)
                            .max()
                            .orElse(0)));
            readers.forEach(reader -> reader.finish(heads, CATCH_UP_SECONDS));
            for (Thread thread : reading) {
                thread.join(TimeUnit.SECONDS.toMillis(CATCH_UP_SECONDS + 30));
            }
            book.note("everybody has read to the end");
            Account account = new Account(
                    book.tries(),
                    logs,
                    readers.stream().flatMap(reader -> reader.trails().stream()).toList(),
                    book.stays(),
                    book.troubles(),
                    book.probes(),
                    book.visits(),
                    book.rolls());
            List<Verdict> verdicts = Verdicts.of(account);
            Path picture = folder.resolveSibling("trial-" + schedule.seed() + ".html");
            Files.writeString(picture, new Picture(schedule, account, verdicts, book).html());
            return new Outcome(schedule, account, verdicts, picture);
        }
    }

    private static Thread start(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /**
     * {@code --seed N --minutes M} (or {@code --seconds S}), {@code --only kill,split} for some kinds of faults, {@code
     * --times K} for as many trials with the seeds that follow, {@code --wires lines|namespaces|auto}, {@code --out FOLDER}. Ends with 1 where an invariant broke.
     */
    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        long seed = Long.parseLong(options.getOrDefault("--seed", Long.toString(System.nanoTime() % 1_000_000)));
        int seconds = options.containsKey("--minutes")
                ? Integer.parseInt(options.get("--minutes")) * 60
                : Integer.parseInt(options.getOrDefault("--seconds", Integer.toString(Schedule.SHORT_SECONDS)));
        int times = Integer.parseInt(options.getOrDefault("--times", "1"));
        Path out = Path.of(options.getOrDefault("--out", "target/trial"));
        List<FaultKind> kinds = options.containsKey("--only")
                ? Stream.of(options.get("--only").split(","))
                        .map(name -> FaultKind.valueOf(
                                name.toUpperCase(java.util.Locale.ROOT).replace('-', '_')))
                        .toList()
                : FaultKind.possible();
        boolean hold = true;
        for (int i = 0; i < times; i++) {
            Schedule schedule = Schedule.of(seed + i, seconds, kinds);
            Path folder = out.resolve(Long.toString(seed + i)).toAbsolutePath();
            Files.createDirectories(folder);
            Outcome outcome = new Trial(schedule, options.getOrDefault("--wires", "auto"), folder).run();
            Files.writeString(folder.resolveSibling("trial-" + (seed + i) + ".txt"), outcome.text() + "\n");
            System.out.println(outcome.text());
            hold &= outcome.holds();
            empty(folder);
        }
        System.exit(hold ? 0 : 1);
    }

    static void empty(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
