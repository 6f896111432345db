package io.millrace.platform.connection;

import io.millrace.platform.access.Login;
import io.millrace.platform.family.Families;
import io.millrace.platform.family.Family;
import io.millrace.platform.family.Family.Mask;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.Filter;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.View;
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

    /** @throws InvalidInput where the channel's family doesn't let its listeners filter */
    public void requireFilterable(ChannelName channel, Filter filter) {
        if (!filter.isNone() && !families.of(channel).hearing().filters()) {
            throw new InvalidInput(
                    Code.INVALID_PARAMETER, "filters", "the channels of this family can't be filtered; leave them out");
        }
    }
}
