package io.millrace.platform.access;

import io.millrace.protocol.ChannelName;
import io.millrace.protocol.InvalidInput;
import java.util.regex.Pattern;

/**
 * The channels a rule speaks of: one literal name ({@code orders:7}), a prefix ({@code orders:*}) or all ({@code *}). A
 * star stands only at the end and crosses colons: {@code orders:*} includes {@code orders:7:notes}, and {@code orders*}
 * includes {@code orders-secret:1}.
 */
public record ChannelPattern(String value) {
    private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9_.:-]{1,255}|[A-Za-z0-9_.:-]{0,254}\\*");

    /** Every channel. Stands below the rule it is checked by. */
    public static final ChannelPattern ALL = new ChannelPattern("*");

    public ChannelPattern {
        if (!LEGAL.matcher(value).matches()) {
            throw new InvalidInput(
                    "channels", "a channel name, or a prefix of one and a star at its end such as orders:*, or *");
        }
    }

    public boolean matches(ChannelName channel) {
        String name = channel.value();
        int prefix = value.length() - 1;
        return value.charAt(prefix) == '*' ? name.regionMatches(0, value, 0, prefix) : name.equals(value);
    }

    boolean matchesAll(String prefix) {
        return value.endsWith("*") && prefix.startsWith(value.substring(0, value.length() - 1));
    }

    boolean matchesSome(String prefix) {
        return value.startsWith(prefix) || matchesAll(prefix);
    }

    @Override
    public String toString() {
        return value;
    }
}
