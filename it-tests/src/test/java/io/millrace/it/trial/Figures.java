package io.millrace.it.trial;

import io.millrace.it.trial.Account.Manner;
import io.millrace.it.trial.Account.Outcome;
import io.millrace.it.trial.Account.Stay;
import io.millrace.it.trial.Account.Trouble;
import io.millrace.it.trial.Account.Try;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the faults cost, in milliseconds and counts; computed from the account alone. */
final class Figures {
    private final Account account;
    private final Map<String, List<int[]>> acknowledged = new TreeMap<>();
    private final Map<String, List<Stay>> byReader = new HashMap<>();

    Figures(Account account) {
        this.account = account;
        Map<String, Integer> begun = new HashMap<>();
        for (Try one : account.speakers()) {
            // those that go on until they are acknowledged, one after the other: their rhythm shows what publishing
            // costs
            if (one.key().isEmpty() || one.forged() || one.duplicate() && !begun.containsKey(one.key())) {
                continue;
            }
            begun.putIfAbsent(one.key(), one.from());
            if (one.outcome() == Outcome.OK) {
                acknowledged
                        .computeIfAbsent(one.channel(), none -> new ArrayList<>())
                        .add(new int[] {begun.remove(one.key()), one.to()});
            }
        }
        acknowledged.values().forEach(list -> list.sort((a, b) -> Integer.compare(a[1], b[1])));
        account.stays().forEach(stay -> byReader.computeIfAbsent(stay.reader(), none -> new ArrayList<>())
                .add(stay));
    }

    /** For each channel the longest time without an acknowledgement in which a fault was, up to where the next one begins. */
    Map<String, Integer> silences(Trouble trouble) {
        int from = trouble.begun();
        int to = trouble.over();
        int next = account.troubles().stream()
                .mapToInt(Trouble::begun)
                .filter(begun -> begun > from)
                .min()
                .orElse(Integer.MAX_VALUE);
        Map<String, Integer> silences = new TreeMap<>();
        acknowledged.forEach((channel, acks) -> {
            int last = -1;
            int longest = 0;
            for (int[] ack : acks) {
                if (last >= 0 && ack[1] > from && last < to) {
                    longest = Math.max(longest, Math.min(ack[1], next) - Math.max(last, from));
                }
                last = ack[1];
            }
            if (last < from) {
                longest = Integer.MAX_VALUE;
            }
            silences.put(channel, longest);
        });
        return silences;
    }

    /** From the first try of an event to its acknowledgement, retries included, of events that ended inside. */
    List<Integer> latencies(int from, int to) {
        List<Integer> latencies = new ArrayList<>();
        acknowledged.values().forEach(acks -> acks.stream()
                .filter(ack -> ack[1] >= from && ack[1] < to)
                .forEach(ack -> latencies.add(ack[1] - ack[0])));
        Collections.sort(latencies);
        return latencies;
    }

    static int percentile(List<Integer> sorted, double part) {
        return sorted.isEmpty() ? -1 : sorted.get((int) Math.min(sorted.size() - 1, sorted.size() * part));
    }

    /** Connections to that node that broke inside, each with the reader's next; only of readers that come back at once. */
    List<Stay[]> returns(int from, int to, int node) {
        List<Stay[]> pairs = new ArrayList<>();
        for (List<Stay> stays : byReader.values()) {
            for (int i = 0; i + 1 < stays.size(); i++) {
                Stay lost = stays.get(i);
                boolean here = lost.node() == node && lost.begun() >= 0 && lost.manner() != Manner.AWAY;
                if (here && LiveChecks.isBreak(lost) && lost.ended() >= from && lost.ended() < to) {
                    pairs.add(new Stay[] {lost, stays.get(i + 1)});
                }
            }
        }
        return pairs;
    }

    /** One row of the table: what a fault cost. */
    record Cost(
            String fault,
            int publishAgain,
            int publishP99,
            int failed,
            int unknown,
            int breaks,
            int resumeWorst,
            int settle,
            Map<String, Long> more) {}

    Cost costOf(Trouble trouble) {
        int from = trouble.begun();
        int to = trouble.over();
        int failed = 0;
        int unknown = 0;
        for (Try one : account.speakers()) {
            if (!one.forged() && one.to() >= from && one.to() < to) {
                failed += one.outcome() == Outcome.FAILED ? 1 : 0;
                unknown += one.outcome() == Outcome.UNKNOWN ? 1 : 0;
            }
        }
        int breaks = 0;
        int worst = 0;
        for (int node = 0; node < Schedule.NODES; node++) {
            for (Stay[] pair : returns(from, to, node)) {
                breaks++;
                if (pair[1].begun() >= 0) {
                    worst = Math.max(worst, pair[1].begun() - pair[1].asked());
                }
            }
        }
        int silence = silences(trouble).values().stream()
                .mapToInt(Integer::intValue)
                .max()
                .orElse(-1);
        int settle = trouble.settled() < 0 ? -1 : trouble.settled() - trouble.healed();
        return new Cost(
                trouble.fault().name(),
                silence,
                percentile(latencies(from, to), 0.99),
                failed,
                unknown,
                breaks,
                worst,
                settle,
                trouble.figures());
    }

    List<Cost> costs() {
        return account.troubles().stream().map(this::costOf).toList();
    }

    /** Before the first fault: what the others are compared with. */
    Cost calm() {
        int to = account.troubles().isEmpty()
                ? Integer.MAX_VALUE
                : account.troubles().get(0).begun();
        List<Integer> latencies = latencies(0, to);
        return new Cost("calm", -1, percentile(latencies, 0.99), 0, 0, 0, 0, 0, Map.of("p50", (long)
                percentile(latencies, 0.5)));
    }

    static String table(List<Cost> costs) {
        StringBuilder table = new StringBuilder(
                "fault              | no ack ms | ack p99 | failed | unknown | breaks | resume ms | settled ms | more");
        for (Cost cost : costs) {
            table.append(String.format(
                    "%n%-18s | %9d | %7d | %6d | %7d | %6d | %9d | %10d | %s",
                    cost.fault(),
                    cost.publishAgain(),
                    cost.publishP99(),
                    cost.failed(),
                    cost.unknown(),
                    cost.breaks(),
                    cost.resumeWorst(),
                    cost.settle(),
                    new TreeMap<>(cost.more())));
        }
        return table.toString();
    }
}
