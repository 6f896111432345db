package io.millrace.platform.boot;

import com.typesafe.config.Config;
import io.millrace.persistence.StorageSettings;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.channel.ChannelSettings;
import io.millrace.platform.connection.ConnectionSettings;
import io.millrace.platform.connection.LimitSettings;
import io.millrace.platform.connection.RevocationSettings;
import io.millrace.platform.edge.EdgeSettings;
import io.millrace.platform.family.Families;
import io.millrace.platform.ingest.IngestSettings;
import io.millrace.platform.preset.AliasSettings;
import io.millrace.platform.relay.RelaySettings;
import java.util.List;
import java.util.function.Consumer;

/** Reads every setting as the rooms will, each room by itself, so that what is wrong is known before anything starts. */
final class EverySetting {
    /** Each takes all settings, and refuses those of its room by their keys. */
    static final List<Consumer<Config>> ROOMS = List.of(
            all -> ClusterSettings.from(all.getConfig("millrace.cluster")),
            all -> HttpSettings.from(all.getConfig("millrace.http")),
            all -> DrainSettings.from(all.getConfig("millrace.drain")),
            all -> ChannelSettings.from(all.getConfig("millrace")),
            all -> Families.from(all.getConfig("millrace")),
            all -> RelaySettings.from(all.getConfig("millrace.relay")),
            all -> ConnectionSettings.from(all.getConfig("millrace.connection")),
            all -> LimitSettings.from(all.getConfig("millrace.limits")),
            all -> RevocationSettings.from(all.getConfig("millrace.revocations")),
            all -> EdgeSettings.from(all.getConfig("millrace.edge")),
            all -> IngestSettings.from(all.getConfig("millrace.ingest")),
            all -> AccessSettings.from(all.getConfig("millrace.access")),
            StorageSettings::from,
            all -> AliasSettings.from(all.getConfig("millrace")));

    private EverySetting() {}

    static void requireLogins(Config all) {
        if (all.getConfigList("millrace.access.keys").isEmpty()
                && all.getConfigList("millrace.access.jwks").isEmpty()) {
            throw new SettingsRefused("millrace.access: set keys or jwks; without one nobody could log in");
        }
    }
}
