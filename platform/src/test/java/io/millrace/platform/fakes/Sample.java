package io.millrace.platform.fakes;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.millrace.platform.family.Families;
import io.millrace.platform.family.Family;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Draft;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Event;
import io.millrace.protocol.EventType;
import io.millrace.protocol.JsonData;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Events and drafts as tests want them: small, and telling their offset. */
public final class Sample {
    /** The family of {@link #CHANNEL} with these settings, read as the product reads them. */
    public static Family family(String settings) {
        return families("\"" + CHANNEL.family() + "\" { " + settings + " }").of(CHANNEL);
    }

    public static Families families(String settings) {
        Config all = ConfigFactory.parseString("millrace.families { " + settings + " }")
                .withFallback(ConfigFactory.defaultReference())
                .resolve();
        return Families.from(all.getConfig("millrace"));
    }

    public static final ChannelName CHANNEL = ChannelName.of("orders:1");
    public static final Epoch EPOCH = new Epoch("abcd2345");
    public static final EventType TYPE = EventType.of("order.placed");
    public static final Instant START = Instant.parse("2026-11-21T00:00:00Z");

    private Sample() {}

    public static JsonData json(String json) {
        return JsonData.trusted(json.getBytes(StandardCharsets.UTF_8));
    }

    public static Draft draft(String json, @Nullable String key) {
        return new Draft(TYPE, json(json), null, key);
    }

    public static Event event(long offset) {
        return event(offset, "{\"n\":" + offset + "}");
    }

    public static Event event(long offset, String json) {
        return new Event(offset, START.plusMillis(offset), TYPE, json(json), null, null, "ann");
    }

    /** The events from {@code first} to {@code last}. */
    public static List<Event> events(long first, long last) {
        return LongStream.rangeClosed(first, last).mapToObj(Sample::event).toList();
    }
}
