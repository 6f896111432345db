package io.millrace.platform.access;

import io.millrace.protocol.ChannelName;
import io.millrace.protocol.InvalidInput;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** One rule of a login: these acts on these channels, allowed or, where {@code deny}, forbidden whatever else allows them. */
public record Grant(ChannelPattern channels, Set<Act> acts, boolean deny) {
    public Grant {
        if (acts.isEmpty()) {
            throw new InvalidInput("acts", "at least one act");
        }
        acts = Collections.unmodifiableSet(EnumSet.copyOf(acts));
    }

    /**
     * Reads the command line's form {@code PATTERN:act,act}, for example {@code orders:*:subscribe,publish}: what stands
     * after the last colon are the acts. A leading {@code !} makes it a deny.
     */
    public static Grant parse(String text) {
        boolean deny = text.startsWith("!");
        String rule = deny ? text.substring(1) : text;
        int colon = rule.lastIndexOf(':');
        if (colon < 0) {
            throw new InvalidInput("grant", "PATTERN:act,act such as orders:*:subscribe,publish");
        }
        EnumSet<Act> acts = EnumSet.noneOf(Act.class);
        for (String act : rule.substring(colon + 1).split(",", -1)) {
            acts.add(Act.parse(act.trim()));
        }
        return new Grant(new ChannelPattern(rule.substring(0, colon)), acts, deny);
    }

    /** Whether this rule has a say about that act there; allow and deny cover the same acts by the same words. */
    boolean covers(Act act, ChannelName channel) {
        return namesOrCovers(act) && channels.matches(channel);
    }

    /** Whether this rule has a say about that act on every channel whose name begins so. */
    boolean coversAll(Act act, String prefix) {
        return namesOrCovers(act) && channels.matchesAll(prefix);
    }

    /** Whether there can be a channel whose name begins so about which this rule has a say. */
    boolean coversSome(Act act, String prefix) {
        return namesOrCovers(act) && channels.matchesSome(prefix);
    }

    private boolean namesOrCovers(Act act) {
        for (Act named : acts) {
            if (named.covers(act)) {
                return true;
            }
        }
        return false;
    }

    /** The command line's form; {@link #parse} reads it back. */
    @Override
    public String toString() {
        return (deny ? "!" : "") + channels + ":"
                + acts.stream().map(Act::wireName).collect(Collectors.joining(","));
    }
}
