package io.millrace.platform.connection;

import io.millrace.platform.access.Access;
import io.millrace.platform.access.Act;
import io.millrace.platform.access.Decision;
import io.millrace.platform.access.Login;
import io.millrace.platform.family.Families;
import io.millrace.platform.family.Family;
import io.millrace.platform.family.Family.Mask;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Filter;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.View;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What a login sees of a channel, by what the channel's family promises and the login's claims say. */
public final class Views {
    private final Families families;

    public Views(Families families) {
        this.families = families;
    }

    public View of(Login login, ChannelName channel, Filter filter) {
        return of(login, families.of(channel), filter);
    }

    static View of(Login login, Family family, Filter filter) {
        Family.Privacy privacy = family.privacy();
        if (privacy.isNone() && filter.isNone()) {
            return View.PLAIN;
        }
        Map<String, String> required = new HashMap<>();
        boolean blind = false;
        for (Map.Entry<String, String> each : privacy.claims().entrySet()) {
            String claim = login.claims().get(each.getValue());
            if (claim == null) {
                blind = true;
            } else {
                required.put(each.getKey(), claim);
            }
        }
        Set<String> hidden = new HashSet<>();
        for (Mask mask : privacy.masks()) {
            String claim = login.claims().get(mask.claim());
            if (claim == null || !mask.values().contains(claim)) {
                hidden.add(mask.field());
            }
        }
        return new View(filter, required, hidden, blind);
    }

    /** @throws InvalidInput where this family can't be heard as a whole, or not with that filter */
    public void requireWhole(FamilyWant want) {
        Family family = families.of(want.family());
        if (!family.hearing().wildcard()) {
            throw new InvalidInput(
                    Code.INVALID_PARAMETER, "channel", "this family can't be subscribed to as a whole; name a channel");
        }
        requireFilterable(family, want.filter());
    }

    /** Whether the login may hear the whole family, and its history where it asks for that. */
    public Decision mayHear(Access access, Login login, FamilyWant want, Instant now) {
        boolean open = families.of(want.family()).hearing().allowed() == Family.Who.AUTHENTICATED;
        Decision heard = access.decideFamily(login, Act.SUBSCRIBE, want.family(), open, now);
        return heard instanceof Decision.Allowed && !want.isLiveOnly()
                ? access.decideFamily(login, Act.HISTORY, want.family(), open, now)
                : heard;
    }

    /** @throws InvalidInput where the channel's family doesn't let its listeners filter */
    public void requireFilterable(ChannelName channel, Filter filter) {
        requireFilterable(families.of(channel), filter);
    }

    private static void requireFilterable(Family family, Filter filter) {
        if (!filter.isNone() && !family.hearing().filters()) {
            throw new InvalidInput(
                    Code.INVALID_PARAMETER, "filters", "the channels of this family can't be filtered; leave them out");
        }
    }
}
