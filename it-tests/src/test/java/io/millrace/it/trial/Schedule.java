package io.millrace.it.trial;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * What will be done to the cluster, and when. It is drawn from the seed alone: the same seed and length, the same schedule.
 * First come the core faults in an order of the seed's, then all kinds, shuffled anew each time they have all been dealt.
 */
record Schedule(long seed, int seconds, List<Fault> faults) {
    static final int NODES = 3;

    /** Before the first fault, so that there is something to compare with. */
    static final int CALM_SECONDS = 8;

    /** Holds the core faults, whatever the seed. */
    static final int SHORT_SECONDS = 154;

    static Schedule of(long seed, int seconds) {
        return of(seed, seconds, FaultKind.possible());
    }

    /** Of these kinds only, to look into one of them. */
    static Schedule of(long seed, int seconds, List<FaultKind> kinds) {
        Random random = new Random(seed);
        List<Fault> faults = new ArrayList<>();
        int at = CALM_SECONDS;
        List<FaultKind> deck = shuffled(kinds.stream().filter(FaultKind::isCore).toList(), random);
        deck.addAll(shuffled(kinds.stream().filter(kind -> !kind.isCore()).toList(), random));
        boolean dealt = true;
        while (dealt) {
            dealt = false;
            for (FaultKind kind : deck) {
                int takes = kind.lastsSeconds() + kind.settlesSeconds();
                if (at + takes <= seconds) {
                    int node = random.nextInt(NODES);
                    faults.add(new Fault(kind, at, node, (node + 1 + random.nextInt(NODES - 1)) % NODES));
                    at += takes + random.nextInt(3);
                    dealt = true;
                }
            }
            deck = shuffled(kinds, random);
        }
        return new Schedule(seed, seconds, List.copyOf(faults));
    }

    private static List<FaultKind> shuffled(List<FaultKind> kinds, Random random) {
        List<FaultKind> deck = new ArrayList<>(kinds);
        Collections.shuffle(deck, random);
        return deck;
    }

    String text() {
        StringBuilder text = new StringBuilder("seed " + seed + ", " + seconds + " s, " + faults.size() + " faults");
        faults.forEach(fault -> text.append("\n  ").append(fault));
        return text.toString();
    }
}
