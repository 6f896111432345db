package io.millrace.it.trial;

import java.util.List;
import java.util.stream.Stream;

/**
 * What is done to the cluster. The seconds are how long the fault itself lasts and how long it then takes, at the most, until
 * everything should be as before; the schedule plans with both.
 */
enum FaultKind {
    KILL("kill -9 of a node, started again", 16, 12, false),
    KILL_OLDEST("kill -9 of the node that holds the coordinators, started again", 16, 12, true),
    KILL_TWO("kill -9 of two of three nodes, started again", 15, 30, false),
    PAUSE_5("a node stopped (SIGSTOP) for 5 s", 5, 6, true),
    PAUSE_30("a node stopped (SIGSTOP) for 30 s", 30, 30, false),
    PAUSE_60("a node stopped (SIGSTOP) for 60 s", 60, 30, false),
    SPLIT("one node cut off from the other two", 26, 18, true),
    LONELY_SEED("the first seed node killed and started again while it is cut off from the others", 45, 30, false),
    ONE_WAY("a node hears another no more, but is heard", 20, 30, false),
    FLAPPING("the link between two nodes comes and goes", 24, 20, false),
    DATABASE_CUT("one node cut off from the database only", 15, 15, false),
    DATABASE_FAST("the database is restarted (fast)", 3, 10, false),
    DATABASE_IMMEDIATE("the database is restarted (immediate: it recovers from its log)", 3, 8, true),
    DATABASE_FROZEN("the database stands still (SIGSTOP)", 8, 10, false),
    DATABASE_SLOW("every answer of the database is 150 ms late", 15, 8, false),
    TABLE_LOCKED("the journal's table is locked", 8, 10, false),
    POOL_GONE("all sessions ended and all connections of the database taken", 8, 12, false),
    MID_COMMIT("connections cut after the commit, before its answer", 4, 5, true),
    CLIENTS_CUT("every client connection of the cluster reset at once", 1, 8, true),
    CLIENTS_HALF_OPEN("nothing passes between one node and its clients", 12, 10, false),
    FLOOD("a flood of connections that never finish their request", 10, 6, false),
    DRAIN("SIGTERM to a node, started again", 1, 18, true),
    ROLLING("all three nodes restarted by SIGTERM, one after the other", 1, 80, false),
    DISK_FULL("the database's disk is full", 8, 15, false),
    SMALL_HEAP("a node restarted by SIGTERM with a heap of 96 MB, and back", 20, 45, false),
    CLOCK_JUMP(
            "a node restarted whose clock then jumps an hour on, an hour back and to the truth, and back",
            15,
            45,
            false),
    OTHER_VERSION(
            "two of three nodes restarted by SIGTERM with another version of the product, and back", 15, 80, false);

    private final String words;
    private final int lasts;
    private final int settles;
    private final boolean core;

    FaultKind(String words, int lasts, int settles, boolean core) {
        this.words = words;
        this.lasts = lasts;
        this.settles = settles;
        this.core = core;
    }

    String words() {
        return words;
    }

    int lastsSeconds() {
        return lasts;
    }

    int settlesSeconds() {
        return settles;
    }

    /** Whether every trial, however short, begins with it. */
    boolean isCore() {
        return core;
    }

    /** Those that can be done on this machine; the others need what {@link Means} says. */
    static List<FaultKind> possible() {
        return Stream.of(values())
                .filter(kind -> switch (kind) {
                    case DISK_FULL -> Means.smallDisk();
                    case CLOCK_JUMP -> Means.fakeClock() != null;
                    case OTHER_VERSION -> Means.otherJar() != null;
                    default -> true;
                })
                .toList();
    }

    /** Whether it touches nothing but the database, so that no client may notice more than a wait. */
    boolean isOfTheDatabaseAlone() {
        return switch (this) {
            case DATABASE_FAST,
                    DATABASE_IMMEDIATE,
                    DATABASE_FROZEN,
                    DATABASE_SLOW,
                    TABLE_LOCKED,
                    POOL_GONE,
                    DISK_FULL,
                    MID_COMMIT -> true;
            default -> false;
        };
    }
}
