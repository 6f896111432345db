package io.millrace.protocol;

import java.util.regex.Pattern;

/**
 * The name of one channel: 1 to 255 characters of {@code A-Z a-z 0-9 _ . : -}, by custom {@code {type}:{id}} or
 * {@code {type}:{id}:{sub}}. What stands before the first colon is its {@linkplain #family() family}. A name that begins
 * with {@code $sys:} can't be written, because {@code $} is not among the characters; nor can {@code .} and {@code ..},
 * which no URL path can carry.
 */
public record ChannelName(String value) implements Comparable<ChannelName> {
    public static final int MAX_LENGTH = 255;
    private static final String RESERVED_PREFIX = "$sys:";
    private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9_.:-]{1," + MAX_LENGTH + "}");

    public ChannelName {
        if (value.startsWith(RESERVED_PREFIX)) {
            throw new InvalidInput(
                    Code.RESERVED_CHANNEL, "channel", "names that begin with $sys: belong to the platform");
        }
        if (!LEGAL.matcher(value).matches()) {
            throw new InvalidInput(
                    "channel", "a channel name is 1 to " + MAX_LENGTH + " characters of A-Z a-z 0-9 _ . : -");
        }
        // A URL's dot segments are resolved before any server sees them (RFC 3986, 5.2.4).
        if (value.equals(".") || value.equals("..")) {
            throw new InvalidInput("channel", "'.' and '..' are no channel names, since no URL path can carry them");
        }
    }

    public static ChannelName of(String value) {
        return new ChannelName(value);
    }

    /** The name's prefix up to the first colon, or the whole name where there is none. */
    public String family() {
        int colon = value.indexOf(':');
        return colon < 0 ? value : value.substring(0, colon);
    }

    @Override
    public int compareTo(ChannelName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
