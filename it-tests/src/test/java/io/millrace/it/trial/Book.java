package io.millrace.it.trial;

import io.millrace.it.trial.Account.Probe;
import io.millrace.it.trial.Account.Roll;
import io.millrace.it.trial.Account.Stay;
import io.millrace.it.trial.Account.Trouble;
import io.millrace.it.trial.Account.Try;
import io.millrace.it.trial.Account.Visit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Where everybody writes down what happened to them, in one clock. For many threads. */
final class Book {
    private final long startNanos = System.nanoTime();
    private final List<Try> tries = new ArrayList<>();
    private final List<Stay> stays = new ArrayList<>();
    private final List<Trouble> troubles = new ArrayList<>();
    private final List<Probe> probes = new ArrayList<>();
    private final List<Visit> visits = new ArrayList<>();
    private final List<Roll> rolls = new ArrayList<>();
    private final List<int[]> told = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();
    private final List<Note> notes = new ArrayList<>();
    private final AtomicInteger connected = new AtomicInteger();

    /** How it stood at one moment. */
    record Sample(int at, int connected, List<Boolean> ready) {}

    /** Something worth a line on the timeline. */
    record Note(int at, String what) {}

    int now() {
        return (int) TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    synchronized void tried(Try one) {
        tries.add(one);
    }

    synchronized void stayed(Stay stay) {
        stays.add(stay);
    }

    synchronized void carriedOut(Trouble trouble) {
        troubles.add(trouble);
    }

    synchronized void probed(Probe probe) {
        probes.add(probe);
    }

    synchronized void visited(Visit visit) {
        visits.add(visit);
    }

    synchronized void called(Roll roll) {
        rolls.add(roll);
    }

    /** A client of this node was told to come back later. */
    synchronized void told(int node) {
        told.add(new int[] {now(), node});
    }

    /** When the first client of that node was told, at or after this moment; -1 for none. */
    synchronized int firstTold(int node, int from) {
        return told.stream()
                .filter(one -> one[1] == node && one[0] >= from)
                .mapToInt(one -> one[0])
                .min()
                .orElse(-1);
    }

    synchronized void note(String what) {
        notes.add(new Note(now(), what));
    }

    synchronized void sample(List<Boolean> ready) {
        samples.add(new Sample(now(), connected.get(), List.copyOf(ready)));
    }

    void connected(int change) {
        connected.addAndGet(change);
    }

    synchronized List<Try> tries() {
        return List.copyOf(tries);
    }

    synchronized List<Stay> stays() {
        return List.copyOf(stays);
    }

    synchronized List<Trouble> troubles() {
        return List.copyOf(troubles);
    }

    synchronized List<Probe> probes() {
        return List.copyOf(probes);
    }

    synchronized List<Visit> visits() {
        return List.copyOf(visits);
    }

    synchronized List<Roll> rolls() {
        return List.copyOf(rolls);
    }

    synchronized List<Sample> samples() {
        return List.copyOf(samples);
    }

    synchronized List<Note> notes() {
        return List.copyOf(notes);
    }
}
