package io.millrace.platform.access;

import io.millrace.platform.access.Decision.Denied;
import io.millrace.platform.access.Decision.Reason;
import io.millrace.platform.family.Families;
import io.millrace.platform.family.Family;
import io.millrace.platform.family.Family.Who;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.InvalidInput;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what where: the one decision function for every way in, at connect, subscribe, delivery, publish and replay.
 * Beside what is {@link Revoked} it has no state and asks nobody, so the same question always has the same answer; whoever
 * replays asks with {@link Act#HISTORY}.
 *
 * <p>In this order: a reserved name is nobody's; an expired or revoked login may nothing; a deny rule beats every allow, an admin's
 * and one's own channels included; then any allow rule; then the login's own channels; then
 * families that are open to every login or to this one. What nothing allows is denied.
 */
public final class Access {
    private static final Decision ALLOWED = new Decision.Allowed();
    private static final Decision RESERVED = new Denied(Reason.RESERVED, "names that begin with $sys are reserved");
    private static final Decision EXPIRED = new Denied(Reason.EXPIRED, "the login has expired: log in again");
    private static final Decision REVOKED = new Denied(Reason.REVOKED, "the login was taken back: log in again");
    private static final ChannelName GLOBAL = ChannelName.of("global");

    private static final Set<String> FAMILIES_OF_OWN = Set.of("user", "entity");

    private final Revoked revoked;
    private final BiFunction<Act, ChannelName, Who> openTo;

    public Access(Revoked revoked, Families families) {
        this.revoked = revoked;
        this.openTo = (act, channel) -> openTo(act, families.of(channel));
    }

    /** For tests: every family is for those who are granted it. */
    Access(Revoked revoked) {
        this.revoked = revoked;
        this.openTo = (act, channel) -> Who.GRANTED;
    }

    /** To whom beside those who are granted it. What is somebody's own is nobody else's, whatever the settings say. */
    private static Who openTo(Act act, Family family) {
        if (FAMILIES_OF_OWN.contains(family.name())) {
            return Who.GRANTED;
        }
        if (Act.SUBSCRIBE.covers(act)) {
            return family.hearing().allowed();
        }
        return act == Act.PUBLISH ? family.publishing().allowed() : Who.GRANTED;
    }

    private boolean isOpen(Login login, Act act, ChannelName channel) {
        Who who = openTo.apply(act, channel);
        return who == Who.AUTHENTICATED || (who == Who.OWN && endsInOwn(login, channel.value()));
    }

    /** A user's id after {@code entity:} is not that user's channel but some entity's. */
    private static boolean endsInOwn(Login login, String channel) {
        int last = channel.lastIndexOf(':');
        String id = channel.substring(last + 1);
        boolean entitys = channel.substring(0, Math.max(last, 0)).endsWith(":entity");
        return last > 0 && id.equals(entitys ? login.entity() : login.subject());
    }

    /** Whether the login was taken back, whatever it is used for. */
    public boolean isRevoked(Login login, Instant now) {
        return revoked.covers(login, now);
    }

    public Decision decide(Login login, Act act, ChannelName channel, Instant now) {
        if (reserved(channel.value())) {
            return RESERVED;
        }
        if (login.expired(now)) {
            return EXPIRED;
        }
        if (revoked.covers(login, now)) {
            return REVOKED;
        }
        boolean allowed = false;
        for (Grant rule : login.grants()) {
            if (rule.covers(act, channel)) {
                if (rule.deny()) {
                    return new Denied(
                            Reason.DENIED_BY_RULE, "a rule of this login forbids " + act.wireName() + " here");
                }
                allowed = true;
            }
        }
        if (allowed || (Act.SUBSCRIBE.covers(act) && own(login, channel)) || isOpen(login, act, channel)) {
            return ALLOWED;
        }
        return new Denied(Reason.NOT_GRANTED, "no rule of this login grants " + act.wireName() + " here");
    }

    /** The rules of the login that have a say about that act there: what {@link #decide} went by, for whoever asks why. */
    public List<Grant> rulesAbout(Login login, Act act, ChannelName channel) {
        return login.grants().stream().filter(rule -> rule.covers(act, channel)).toList();
    }

    /**
     * Whether the login may do this on every channel of a family ({@code family:*}), those that don't exist yet included:
     * one rule must cover them all, and no deny rule may touch one of them.
     *
     * @param open the family is open to every login
     */
    public Decision decideFamily(Login login, Act act, String family, boolean open, Instant now) {
        String all = family + ":";
        if (reserved(all)) {
            return RESERVED;
        }
        if (login.expired(now)) {
            return EXPIRED;
        }
        boolean allowed = open;
        for (Grant rule : login.grants()) {
            if (rule.deny() && rule.coversSome(act, all)) {
                return new Denied(
                        Reason.DENIED_BY_RULE, "a rule of this login forbids " + act.wireName() + " in a part of it");
            }
            allowed |= !rule.deny() && rule.coversAll(act, all);
        }
        return allowed
                ? ALLOWED
                : new Denied(Reason.NOT_GRANTED, "no rule of this login grants " + act.wireName() + " on " + all + "*");
    }

    /**
     * Whether the login may do the acts that concern no single channel: an {@code admin} rule on {@code *}. A deny of
     * {@code admin} anywhere takes that away, because such acts (the console, everybody's connections) can't leave a
     * part out.
     */
    public boolean isAdmin(Login login, Instant now) {
        if (login.expired(now) || revoked.covers(login, now)) {
            return false;
        }
        boolean admin = false;
        for (Grant rule : login.grants()) {
            if (rule.acts().contains(Act.ADMIN)) {
                if (rule.deny()) {
                    return false;
                }
                admin |= rule.channels().equals(ChannelPattern.ALL);
            }
        }
        return admin;
    }

    /**
     * The channels a login hears without asking: {@code global}, {@code user:{subject}} and, where the token names one,
     * {@code entity:{entity}}. Ids that make no channel name are left out, and so are ids with a colon: the subject
     * {@code 7:inbox} would otherwise own what reads as a part of user 7. Deny rules and expiry are {@link #decide}'s.
     */
    public Set<ChannelName> ownChannels(Login login) {
        Set<ChannelName> own = new LinkedHashSet<>();
        own.add(GLOBAL);
        ownName("user", login.subject()).ifPresent(own::add);
        ownName("entity", login.entity()).ifPresent(own::add);
        return Collections.unmodifiableSet(own);
    }

    /** Those of the {@link #ownChannels} that the login may hear now: all, but for what a rule of its own denies. */
    public Set<ChannelName> ownToHear(Login login, Instant now) {
        Set<ChannelName> heard = new LinkedHashSet<>(ownChannels(login));
        heard.removeIf(channel -> !decide(login, Act.SUBSCRIBE, channel, now).allowed());
        return heard;
    }

    /** Whether a name, legal or not, belongs to the product; a door asks this of the raw text to give the better answer. */
    public static boolean reserved(String rawName) {
        return rawName.equals("$sys") || rawName.startsWith("$sys:");
    }

    private static boolean own(Login login, ChannelName channel) {
        return channel.equals(GLOBAL)
                || isOf("user:", login.subject(), channel.value())
                || isOf("entity:", login.entity(), channel.value());
    }

    private static boolean isOf(String family, @Nullable String id, String channel) {
        return id != null
                && id.indexOf(':') < 0
                && channel.length() == family.length() + id.length()
                && channel.startsWith(family)
                && channel.endsWith(id);
    }

    private static Optional<ChannelName> ownName(String family, @Nullable String id) {
        if (id == null || id.indexOf(':') >= 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(ChannelName.of(family + ":" + id));
        } catch (InvalidInput notAChannelName) {
            return Optional.empty();
        }
    }
}
