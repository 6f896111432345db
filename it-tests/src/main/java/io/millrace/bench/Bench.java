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

            run          --jar platform/target/millrace.jar [--rounds 3] [--quick] [--only KEY,KEY] [--without ROLE,ROLE]
                         [--java HOME] [--java-options "…"] [--variants "a=…; b=…"] [--minutes N]      everything
            serve-floor  --port P [--drop-every N] [--seconds 3600]              the floor on its own
            serve-http   --port P [--seconds 3600]                               Pekko HTTP that answers 201
            fanout       CROWD [--events M] [--rate R] [--warmup W] [--heap]
            top-rate     CROWD [--limit-millis 150] [--start-rate 10] [--step-seconds 3]
            channels     LOAD --channels K [--each 5] [--threads 1|2] [--quiet S]
            publish      LOAD [--channels K]
            fill         SERVER [--events N] [--size B]
            catchup      SERVER --expect N [--quiet S]
            storm        SERVER [--clients N] [--missed K] [--size B] [--threads 1|2] [--quiet S] [--admin-port P]
            idle         SERVER [--transport sse|ws] [--connections N] [--admin-port P]
            accepting    SERVER [--transport sse|ws] [--connections N] [--waves W]
            churn        SERVER --admin-port P [--clients 100] [--minutes 2]

            SERVER       --url U --token T --channel C [--pid P] [--dialect millrace|nchan]
            CROWD        SERVER [--transport sse|ws] [--subscribers N] [--publishers 1] [--size B] [--threads 1|2] [--quiet S]
            LOAD         SERVER [--publishers 64] [--batch B] [--size B] [--seconds S] [--warmup S]
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
            case "serve-floor", "serve-http" -> serve(command, args);
            case "fill" -> fill(args);
            default -> tell(scenario(command, args));
        };
    }

    private static Outcome scenario(String command, Args args) {
        return switch (command) {
            case "fanout" -> Fanout.run(checked(Fanout.Settings.from(args), args));
            case "top-rate" -> TopRate.run(checked(TopRate.Settings.from(args), args));
            case "channels" -> Spread.run(checked(Spread.Settings.from(args), args));
            case "publish" -> PublishLoad.run(checked(PublishLoad.Settings.from(args), args));
            case "catchup" -> checked(History.CatchUp.from(args), args).run();
            case "storm" -> checked(Storm.from(args), args).run();
            case "idle" -> Idle.memory(checked(Idle.Settings.from(args), args));
            case "accepting" -> Idle.accepting(checked(Idle.Settings.from(args), args));
            case "churn" -> Churn.run(checked(Churn.Settings.from(args), args));
            default -> throw new BenchFailure("there is no sub-command '" + command + "'\n" + USAGE);
        };
    }

    private static int serve(String command, Args args) throws IOException {
        int port = args.number("port", 0, 1, 65_535);
        int dropEvery = args.number("drop-every", 0, 0, Integer.MAX_VALUE);
        int seconds = args.number("seconds", 7200, 1, 86_400);
        args.refuseUnknown();
        if (port == 0) {
            throw new BenchFailure("--port is missing");
        }
        if (command.equals("serve-http")) {
            HttpFloor.serve(port, seconds);
        } else {
            FloorServer.serve(port, dropEvery, seconds);
        }
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
