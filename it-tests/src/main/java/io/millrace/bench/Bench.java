package io.millrace.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The door: {@code Bench <sub-command> --option value…}. Ends with 0 where every event came exactly once and in order, 1
 * where a run failed, 2 where it couldn't be carried out.
 */
public final class Bench {
    private static final String USAGE =
            """
            usage: Bench <sub-command> [--option value ...]

            run          --jar platform/target/millrace.jar [--rounds 3] [--quick]   the product against the floor
            serve-floor  --port P [--drop-every N] [--seconds 3600]                  the floor on its own
            fanout       --url U --token T --channel C [--transport sse|ws] [--subscribers N] [--events M] [--rate R]
                         [--size B] [--warmup W] [--threads 1|2] [--quiet S] [--pid P] [--heap]
            publish      --url U --token T --channel C [--channels K] [--publishers 64] [--batch B] [--size B]
                         [--seconds S] [--warmup S] [--pid P]
            fill         --url U --token T --channel C [--events N] [--size B]
            catchup      --url U --token T --channel C --expect N [--quiet S] [--pid P]
            storm        --url U --token T --channel FRESH [--clients N] [--missed K] [--size B] [--threads 1|2]
                         [--quiet S] [--pid P]
            """;

    private Bench() {}

    public static void main(String[] words) {
        System.exit(status(Arrays.asList(words)));
    }

    private static int status(List<String> words) {
        if (words.isEmpty()) {
            System.err.print(USAGE);
            return 2;
        }
        try {
            return run(words.get(0), Args.parse(words.subList(1, words.size())));
        } catch (BenchFailure e) {
            System.err.println("bench: " + e.getMessage());
            return 2;
        } catch (IOException e) {
            System.err.println("bench: " + e);
            return 2;
        }
    }

    private static int run(String command, Args args) throws IOException {
        return switch (command) {
            case "run" -> Suite.run(checked(Suite.Settings.from(args), args)) ? 0 : 1;
            case "serve-floor" -> serveFloor(args);
            case "fanout" -> tell(Fanout.run(checked(Fanout.Settings.from(args), args)));
            case "publish" -> tell(PublishLoad.run(checked(PublishLoad.Settings.from(args), args)));
            case "fill" -> fill(args);
            case "catchup" -> tell(checked(History.CatchUp.from(args), args).run());
            case "storm" -> tell(checked(History.Storm.from(args), args).run());
            default -> throw new BenchFailure("there is no sub-command '" + command + "'\n" + USAGE);
        };
    }

    private static int serveFloor(Args args) throws IOException {
        int port = args.number("port", 0, 1, 65_535);
        int dropEvery = args.number("drop-every", 0, 0, Integer.MAX_VALUE);
        int seconds = args.number("seconds", 3600, 1, 86_400);
        args.refuseUnknown();
        if (port == 0) {
            throw new BenchFailure("--port is missing");
        }
        FloorServer.serve(port, dropEvery, seconds);
        return 0;
    }

    private static int fill(Args args) {
        Target target = Target.from(args);
        String channel = args.text("channel");
        int events = args.number("events", 1000, 1, 1_000_000);
        int size = args.number("size", 100, PublishRequest.MIN_SIZE, PublishRequest.MAX_SIZE);
        args.refuseUnknown();
        History.fill(target, channel, events, size);
        System.out.println("filled " + channel + " with " + events + " events");
        return 0;
    }

    private static <S> S checked(S settings, Args args) {
        args.refuseUnknown();
        return settings;
    }

    /** One line of JSON for programs, one for people. */
    private static int tell(Outcome outcome) throws JsonProcessingException {
        System.out.println(new ObjectMapper().writeValueAsString(outcome.asMap()));
        System.out.println(outcome);
        return outcome.sound() ? 0 : 1;
    }
}
