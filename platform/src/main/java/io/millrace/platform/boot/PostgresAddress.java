package io.millrace.platform.boot;

import io.millrace.persistence.StorageSettings;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A JDBC URL as people write it on a command line, with the user and the password among its parameters. */
record PostgresAddress(String url) {

    StorageSettings of(StorageSettings defaults) {
        int question = url.indexOf('?');
        if (question < 0) {
            return defaults.at(url, defaults.user(), defaults.password());
        }
        Map<String, String> parameters = Arrays.stream(
                        url.substring(question + 1).split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(
                        pair -> pair[0], pair -> pair.length > 1 ? pair[1] : "", (a, b) -> b, LinkedHashMap::new));
        String user = decoded(parameters.remove("user"), defaults.user());
        String password = decoded(parameters.remove("password"), defaults.password());
        String rest = parameters.entrySet().stream()
                .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
                .collect(Collectors.joining("&"));
        return defaults.at(url.substring(0, question) + (rest.isEmpty() ? "" : "?" + rest), user, password);
    }

    private static String decoded(@Nullable String value, String otherwise) {
        return value == null ? otherwise : URLDecoder.decode(value, StandardCharsets.UTF_8);
    }
}
