package io.millrace.platform.access;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Everything under {@code millrace.access}; {@code reference.conf} says what each key means.
 *
 * @param issuer the issuer of keys that name none, and of tokens made by the {@code token} command; may be empty
 * @param queryToken whether a token may stand in a URL, where logs and histories see it
 * @param cookie the name of the cookie a browser's login may come in; empty: none
 * @param allowedOrigins see {@link Origins}
 */
public record AccessSettings(
        String issuer,
        List<KeySettings> keys,
        JwksSettings jwks,
        TokenRules tokens,
        boolean queryToken,
        String cookie,
        List<String> allowedOrigins) {
    private static final String PATH = "millrace.access.";
    private static final Pattern COOKIE_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{0,64}");

    public AccessSettings {
        keys = List.copyOf(keys);
        allowedOrigins = List.copyOf(allowedOrigins);
        Set<List<String>> names = new HashSet<>();
        for (KeySettings key : keys) {
            if (!names.add(List.of(key.issuer(), key.kid()))) {
                throw new IllegalArgumentException(PATH + "keys: two keys of one issuer have the same kid");
            }
        }
        if (!COOKIE_NAME.matcher(cookie).matches()) {
            throw new IllegalArgumentException(PATH + "cookie must be a cookie's name (RFC 6265), or empty");
        }
        Origins.of(allowedOrigins, !cookie.isEmpty());
    }

    public String audience() {
        return tokens.audience();
    }

    public Origins origins() {
        return Origins.of(allowedOrigins, !cookie.isEmpty());
    }

    /**
     * @param config the section {@code millrace.access}
     * @throws IllegalArgumentException naming the key at fault, never a secret
     */
    public static AccessSettings from(Config config) {
        try {
            return read(config);
        } catch (ConfigException e) {
            throw new IllegalArgumentException("millrace.access: " + e.getMessage(), e);
        }
    }

    private static AccessSettings read(Config config) {
        String issuer = config.getString("issuer");
        return new AccessSettings(
                issuer,
                keys(config, issuer),
                named("", () -> JwksSettings.from(config, urls(config))),
                named("", () -> TokenRules.from(config)),
                config.getBoolean("query-token"),
                config.getString("cookie"),
                config.getStringList("allowed-origins"));
    }

    private static List<KeySettings> keys(Config config, String issuer) {
        List<KeySettings> keys = new ArrayList<>();
        for (Config key : config.getConfigList("keys")) {
            keys.add(named("keys[" + keys.size() + "].", () -> KeySettings.from(key, issuer)));
        }
        return keys;
    }

    private static Map<String, URI> urls(Config config) {
        Map<String, URI> urls = new HashMap<>();
        for (Config entry : config.getConfigList("jwks")) {
            String issuer = entry.getString("issuer");
            if (issuer.isBlank() || urls.put(issuer, uri(entry.getString("url"))) != null) {
                throw new IllegalArgumentException("jwks must name each issuer once");
            }
        }
        return urls;
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("jwks url is not a URL", e);
        }
    }

    private static <T> T named(String where, Supplier<T> read) {
        try {
            return read.get();
        } catch (ConfigException e) {
            throw new IllegalArgumentException(PATH + where + ": " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(PATH + where + e.getMessage(), e);
        }
    }
}
