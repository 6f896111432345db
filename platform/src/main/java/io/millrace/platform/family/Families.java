package io.millrace.platform.family;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueType;
import io.millrace.protocol.ChannelName;
import java.util.HashMap;
import java.util.Map;

/**
 * Every channel's family: what is set under {@code millrace.families} by name, and {@code millrace.family-defaults} with
 * {@code millrace.channel.retention} for whatever a family doesn't say.
 */
public final class Families {
    private final Family defaults;
    private final Map<String, Family> named;

    /** @param defaults what families without settings of their own promise */
    public Families(Family defaults, Map<String, Family> named) {
        this.defaults = defaults;
        this.named = Map.copyOf(named);
    }

    /** @param millrace the settings under {@code millrace} */
    public static Families from(Config millrace) {
        Config defaults = millrace.getConfig("family-defaults")
                .withValue("retention", millrace.getConfig("channel").getValue("retention"));
        Map<String, Family> named = new HashMap<>();
        Config families = millrace.getConfig("families");
        for (String name : families.root().keySet()) {
            String key = "millrace.families." + name;
            Family.require(
                    families.root().get(name).valueType() == ConfigValueType.OBJECT,
                    key,
                    "an object such as { retention { max-events = 1000 } }");
            Config own = families.getConfig("\"" + name + "\"");
            named.put(name, FamilySettings.read(name, key, own, defaults));
        }
        Families all = new Families(FamilySettings.defaults(defaults), named);
        long batchBytes = millrace.getBytes("edge.batch-bytes");
        refuseLongerEvents("millrace.family-defaults", all.defaults, batchBytes);
        named.forEach((name, family) -> refuseLongerEvents("millrace.families." + name, family, batchBytes));
        return all;
    }

    private static void refuseLongerEvents(String key, Family family, long batchBytes) {
        Family.require(
                family.publishing().eventBytes() <= batchBytes,
                key + ".event-bytes",
                "at most millrace.edge.batch-bytes (" + batchBytes + "), since no longer body is read");
    }

    public Family of(ChannelName channel) {
        return of(channel.family());
    }

    public Family of(String family) {
        Family own = named.get(family);
        return own != null
                ? own
                : new Family(
                        family,
                        defaults.kind(),
                        defaults.retention(),
                        defaults.publishing(),
                        defaults.hearing(),
                        defaults.privacy(),
                        defaults.behaviour());
    }

    /** The same, with nothing hidden from anybody: as operators look at channels. */
    public Families unveiled() {
        Map<String, Family> open = new HashMap<>();
        named.forEach((name, family) -> open.put(name, family.unveiled()));
        return new Families(defaults.unveiled(), open);
    }

    /** The families that have settings of their own, by name. */
    public Map<String, Family> named() {
        return named;
    }

    public Family defaults() {
        return defaults;
    }
}
