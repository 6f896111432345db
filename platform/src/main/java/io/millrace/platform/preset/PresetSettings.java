package io.millrace.platform.preset;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.millrace.platform.preset.Preset.Close;
import io.millrace.platform.preset.Preset.Credential;
import io.millrace.platform.preset.Preset.Entry;
import io.millrace.platform.preset.Preset.Form;
import io.millrace.platform.preset.Preset.Heartbeat;
import io.millrace.platform.preset.Preset.InHistory;
import io.millrace.platform.preset.Preset.Limits;
import io.millrace.platform.preset.Preset.OnSocket;
import io.millrace.platform.preset.Preset.OnStream;
import io.millrace.platform.preset.Preset.Pace;
import io.millrace.platform.preset.Preset.Retry;
import io.millrace.platform.preset.Preset.Words;
import io.millrace.protocol.Code;
import io.millrace.protocol.Compress;
import io.millrace.protocol.HeardTemplates;
import io.millrace.protocol.JsonTemplate;
import io.millrace.protocol.PageShape;
import io.millrace.protocol.SaidTemplates;
import io.millrace.protocol.TopicScope;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads one of {@code millrace.presets}; what it doesn't say is as everywhere on the node. */
final class PresetSettings {
    private static final Set<String> STREAM_TYPES =
            Set.of("event", "connected", "reset", "state", "reconnect", "complete", "problem", "presence", "heartbeat");
    private static final Set<String> EVENT_TYPES = Set.of("event", "complete", "problem");
    private static final Map<String, Code> CODES =
            Arrays.stream(Code.values()).collect(Collectors.toMap(Code::code, code -> code));

    private final SectionSettings preset;
    private final Config node;

    private PresetSettings(SectionSettings preset, Config node) {
        this.preset = preset;
        this.node = node;
    }

    /** @param millrace all settings, for what the preset doesn't say */
    static Preset read(String name, Config own, Config millrace) {
        return new PresetSettings(new SectionSettings("millrace.presets." + name, own), millrace).preset(name);
    }

    /** The product's own manner, for aliases that name no preset. */
    static Preset plain(Config millrace) {
        return read("", ConfigFactory.empty(), millrace);
    }

    private Preset preset(String name) {
        preset.only(
                "credentials",
                "cookie",
                "heartbeat",
                "retry",
                "limits",
                "batch",
                "compress",
                "envelope",
                "scope",
                "control",
                "sse",
                "ws",
                "history",
                "stats",
                "close");
        TopicScope scope = preset.here(() -> preset.has("scope") ? TopicScope.parse(preset.text("scope")) : null);
        return new Preset(
                name,
                entry(),
                new Pace(heartbeat(), retry(), limits()),
                form(),
                preset.here(() -> new Words(stream(scope), socket(scope), history(scope), stats())));
    }

    private Entry entry() {
        Set<Credential> accepted =
                preset.has("credentials") ? preset.choices("credentials", Credential.values()) : null;
        String cookie = preset.has("cookie") ? preset.text("cookie") : null;
        if (cookie != null && !cookie.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")) {
            throw preset.wrong("cookie", "a cookie's name (RFC 6265)");
        }
        boolean takesCookie = accepted == null || accepted.contains(Credential.COOKIE);
        if (cookie != null
                && takesCookie
                && node.getStringList("access.allowed-origins").contains("*")) {
            throw preset.wrong("cookie", "any page may call (millrace.access.allowed-origins has *), so no cookie may");
        }
        return new Entry(accepted, cookie);
    }

    private Heartbeat heartbeat() {
        SectionSettings own = preset.group("heartbeat");
        own.only("style", "text", "name", "interval", "ping", "pong-timeout");
        return own.here(() -> new Heartbeat(
                own.has("style") ? own.choice("style", Heartbeat.Style.values()) : Heartbeat.Style.COMMENT,
                own.text("text", ""),
                own.text("name", "heartbeat"),
                time(own, "interval", "connection.sse-heartbeat"),
                time(own, "ping", "connection.websocket-ping"),
                time(own, "pong-timeout", "connection.pong-timeout")));
    }

    private Retry retry() {
        SectionSettings own = preset.group("retry");
        own.only("min", "max");
        return own.here(
                () -> new Retry(time(own, "min", "connection.retry-min"), time(own, "max", "connection.retry-max")));
    }

    private Limits limits() {
        SectionSettings own = preset.group("limits");
        own.only("per-user", "per-address", "idle");
        return own.here(() -> new Limits(
                number(own, "per-user", "limits.per-user"),
                number(own, "per-address", "limits.per-address"),
                time(own, "idle", "limits.idle")));
    }

    private Duration time(SectionSettings own, String name, String usual) {
        return own.has(name)
                ? own.read(name, "a time such as 15s", own.config()::getDuration)
                : node.getDuration(usual);
    }

    private int number(SectionSettings own, String name, String usual) {
        return own.has(name) ? own.read(name, "a whole number", own.config()::getInt) : node.getInt(usual);
    }

    private Form form() {
        Envelope envelope = preset.choice("envelope", preset.text("envelope", "data"), Envelope.values());
        boolean batch = !preset.has("batch") || preset.read("batch", "on or off", preset.config()::getBoolean);
        long compress = preset.has("compress")
                ? preset.read("compress", "a size such as 16 KiB", preset.config()::getBytes)
                : Compress.NEVER;
        return preset.here(() -> new Form(envelope, batch, (int) Math.min(compress, Compress.NEVER)));
    }

    private OnStream stream(@Nullable TopicScope scope) {
        SectionSettings sse = preset.group("sse");
        Set<String> known = new TreeSet<>(STREAM_TYPES);
        known.addAll(List.of("event-name", "item", "batch"));
        sse.only(known.toArray(String[]::new));
        JsonTemplate item = sse.template("item");
        SaidTemplates items = item == null
                ? SaidTemplates.NONE
                : sse.here(() -> new SaidTemplates(scope, Map.of("event", item), Set.of()));
        JsonTemplate batch = sse.template("batch");
        if (batch != null) {
            onlyPlaces(sse, "batch", batch, Set.of("events"));
        }
        SaidTemplates data = sse.said(scope, STREAM_TYPES);
        if (!data.silent().isEmpty()) {
            throw sse.wrong(
                    data.silent().iterator().next(),
                    "must be a template; what is not to be said has the name \"\" in control");
        }
        return new OnStream(preset.group("control").texts(), sse.text("event-name", OnStream.TYPE), data, items, batch);
    }

    private OnSocket socket(@Nullable TopicScope scope) {
        SectionSettings ws = preset.group("ws");
        ws.only("channels", "heard", "said", "ends-on", "refuse");
        List<JsonTemplate> channels = ws.list("channels").stream()
                .map(text ->
                        JsonTemplate.parse("\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\""))
                .toList();
        Map<String, JsonTemplate> heard = new HashMap<>(ws.here(ws.group("heard")::templates));
        Set<Credential> accepted = entry().credentials();
        if (accepted != null && accepted.contains(Credential.HANDSHAKE)) {
            heard.putIfAbsent("", JsonTemplate.parse("{\"type\":\"authenticate\",\"token\":\"{auth.token}\"}"));
        }
        SectionSettings said = ws.group("said");
        said.only(SaidTemplates.types().toArray(String[]::new));
        return new OnSocket(
                new HeardTemplates(channels, scope, heard),
                said.said(scope, SaidTemplates.types()),
                closes(),
                codes(ws),
                ws.choice("refuse", ws.text("refuse", "handshake"), Refuse.values()) == Refuse.OPEN);
    }

    private enum Refuse {
        HANDSHAKE,
        OPEN
    }

    private static Set<Code> codes(SectionSettings ws) {
        return ws.list("ends-on").stream()
                .map(name -> {
                    Code code = CODES.get(name);
                    if (code == null || code.kind() != Code.Kind.REFUSAL) {
                        throw ws.wrong("ends-on", "no refusal has the code " + name);
                    }
                    return code;
                })
                .collect(Collectors.toSet());
    }

    private Map<Code, Close> closes() {
        SectionSettings own = preset.group("close");
        Map<Code, Close> closes = new HashMap<>();
        own.members().forEach((name, value) -> {
            Code code = CODES.get(name);
            if (code == null) {
                throw own.wrong(name, "no refusal or ending has this code");
            }
            if (value.unwrapped() instanceof Number number) {
                closes.put(code, own.here(() -> close(name, number.intValue(), name)));
            } else {
                SectionSettings close = own.group(name);
                close.only("code", "reason");
                closes.put(
                        code,
                        close.here(() -> new Close(
                                close.read("code", "a number", close.config()::getInt), close.text("reason", name))));
            }
        });
        return closes;
    }

    private static Close close(String name, int code, String reason) {
        try {
            return new Close(code, reason);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(name + ": " + wrong.getMessage(), wrong);
        }
    }

    private InHistory history(@Nullable TopicScope scope) {
        SectionSettings own = preset.group("history");
        own.only("event", "complete", "problem", "page", "parameters");
        JsonTemplate page = own.template("page");
        if (page != null) {
            onlyPlaces(own, "page", page, PageShape.HISTORY);
        }
        SectionSettings parameters = own.group("parameters");
        parameters.only("after", "since", "limit", "wait");
        SaidTemplates items = own.said(scope, EVENT_TYPES);
        return new InHistory(items, page, parameters.texts());
    }

    private @Nullable JsonTemplate stats() {
        JsonTemplate stats = preset.template("stats");
        if (stats != null) {
            onlyPlaces(preset, "stats", stats, PageShape.STATS);
        }
        return stats;
    }

    private static void onlyPlaces(SectionSettings own, String name, JsonTemplate template, Set<String> known) {
        for (String place : template.places()) {
            int dot = place.indexOf('.');
            if (!known.contains(dot < 0 ? place : place.substring(0, dot))) {
                throw own.wrong(
                        name, "there is no {" + place + "}; there are " + String.join(", ", new TreeSet<>(known)));
            }
        }
    }
}
