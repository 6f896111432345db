package io.millrace.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.millrace.platform.access.Grant;
import io.millrace.platform.access.Login;
import io.millrace.platform.access.TokenMint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The shipped jar started with one of {@code deploy/examples}, and the services and users of that system. */
final class Site implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final Path EXAMPLES = Path.of("..", "deploy", "examples");
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Product product;
    private final Path data;
    private final String service;

    private Site(Product product, Path data) {
        this.product = product;
        this.data = data;
        this.service = token("service", null, Map.of(), "*:publish,command,admin");
    }

    static Site of(String system, Path data, Map<String, String> environment) {
        Path config = EXAMPLES.resolve(system).resolve("millrace.conf");
        return new Site(Product.dev(system, data, environment, "--config", config.toString()), data);
    }

    Product product() {
        return product;
    }

    /** @param entity null for none */
    String token(String user, String entity, Map<String, String> claims, String... grants) {
        var key = ConfigFactory.parseFile(data.resolve("dev.conf").toFile())
                .getConfigList("millrace.access.keys")
                .get(0);
        Login login = new Login(
                user,
                entity,
                Arrays.stream(grants).map(Grant::parse).toList(),
                Clock.systemUTC().instant().plus(Duration.ofHours(1)),
                UUID.randomUUID().toString(),
                claims);
        byte[] secret = key.getString("secret").getBytes(StandardCharsets.UTF_8);
        return TokenMint.mint("millrace-dev", key.getString("kid"), secret, null, login, Clock.systemUTC());
    }

    /** A token of somebody who has nothing but the channels of their own. */
    String token(String user) {
        return token(user, null, Map.of());
    }

    /** A token of a service, which may publish everywhere and looks at everything. */
    String service() {
        return service;
    }

    static String bearer(String token) {
        return "Authorization: Bearer " + token;
    }

    /** @param headers each {@code Name: value} */
    EventSource events(String address, String... headers) throws IOException {
        return EventSource.open(product.door().port(), address, headers);
    }

    Socket socket(String address, String... headers) throws IOException {
        return Socket.open(product.door().port(), address, headers);
    }

    record Reply(int status, java.net.http.HttpHeaders headers, String body) {
        JsonNode json() {
            return Site.json(body);
        }
    }

    Reply get(String address, String... headers) throws IOException {
        return send(request(address, headers).GET().build());
    }

    /** What a service of the system says; the answer has to be 201. */
    JsonNode publish(String address, String body) throws IOException {
        Reply reply = post(address, body, bearer(service));
        if (reply.status() != 201) {
            throw new IOException(reply.toString());
        }
        return reply.json();
    }

    Reply post(String address, String body, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Type: application/json");
        return send(request(address, all.toArray(String[]::new))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private HttpRequest.Builder request(String address, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(product.door().url() + address))
                .timeout(Duration.ofSeconds(20));
        for (String header : headers) {
            int colon = header.indexOf(':');
            request.header(
                    header.substring(0, colon), header.substring(colon + 1).trim());
        }
        return request;
    }

    private static Reply send(HttpRequest request) throws IOException {
        try {
            HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
            return new Reply(response.statusCode(), response.headers(), response.body());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", stopped);
        }
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException notJson) {
            throw new AssertionError("not JSON: " + text, notJson);
        }
    }

    @Override
    public void close() {
        product.close();
    }
}
