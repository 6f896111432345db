package io.millrace.platform.connection;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.persistence.JournalUnavailable;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.Refusal;
import io.millrace.protocol.Revocation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator can see and do about connections, as requests and JSON answers, the same behind every door that has made
 * sure that it is an operator. What changes something leaves a line in the log {@code io.millrace.audit}.
 */
public final class OperatorActs {
    private static final Logger AUDIT = LoggerFactory.getLogger("io.millrace.audit");
    private static final Logger LOG = LoggerFactory.getLogger(OperatorActs.class);
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** The first segments of the addresses that are served here. */
    public static final Set<String> PLACES = Set.of("connections", "disconnect", "revocations");

    /** So many bytes are enough for every act. */
    public static final int BODY_BYTES = 16 * 1024;

    private static final int MOST = 1000;

    private final Directory directory;
    private final RevocationWatch revocations;

    public OperatorActs(Directory directory, RevocationWatch revocations) {
        this.directory = directory;
        this.revocations = revocations;
    }

    /**
     * One request.
     *
     * @param path its segments after {@code /v1}
     * @param query its parameters, each once
     */
    public record Act(String method, List<String> path, Map<String, String> query, byte[] body, Operator by) {
        public Act {
            path = List.copyOf(path);
            query = Map.copyOf(query);
        }
    }

    /** Who asks: what the audit log says. */
    public record Operator(String name, @Nullable String tokenId, String address) {}

    /** What is answered. */
    public sealed interface Answer {}

    public record Done(int status, byte[] json) implements Answer {}

    public record No(Refusal refusal) implements Answer {}

    /** Never fails. */
    public CompletionStage<Answer> perform(Act act) {
        CompletionStage<Answer> answer;
        try {
            answer = route(act);
        } catch (RuntimeException refused) {
            answer = CompletableFuture.failedFuture(refused);
        }
        return answer.exceptionally(OperatorActs::refusal);
    }

    private CompletionStage<Answer> route(Act act) {
        String place = act.path().get(0);
        String only = act.path().size() == 2 ? act.path().get(1) : null;
        boolean one = act.path().size() == 1;
        if (one && place.equals("connections")) {
            return on(act, "GET", () -> connections(act));
        } else if (only != null && place.equals("connections")) {
            return on(act, "DELETE", () -> endOne(act, only));
        } else if (one && place.equals("disconnect")) {
            return on(act, "POST", () -> disconnect(act));
        } else if (one && place.equals("revocations")) {
            return act.method().equals("GET") ? revoked(act) : on(act, "POST", () -> revoke(act));
        } else if (only != null && place.equals("revocations")) {
            return on(act, "DELETE", () -> restore(act, only));
        }
        return done(new No(Refusal.of(Code.NOT_FOUND)));
    }

    private static CompletionStage<Answer> on(Act act, String method, Supplier<CompletionStage<Answer>> handler) {
        return act.method().equals(method)
                ? handler.get()
                : done(new No(Refusal.of(Code.METHOD_NOT_ALLOWED, "only " + method)));
    }

    // looking

    private CompletionStage<Answer> connections(Act act) {
        requireOnly(act.query().keySet(), Set.of("user", "entity", "channel", "node", "limit", "ended"), "query");
        String channel = act.query().get("channel");
        Directory.Query query = new Directory.Query(
                act.query().get("user"),
                act.query().get("entity"),
                channel == null ? null : ChannelName.of(channel).value(),
                act.query().get("node"),
                number(act, "limit", 100),
                number(act, "ended", 0),
                null);
        return directory.find(query).thenApply(found -> new Done(200, OperatorJson.found(found)));
    }

    private CompletionStage<Answer> revoked(Act act) {
        requireOnly(act.query().keySet(), Set.of(), "query");
        return revocations
                .all()
                .thenApply(all -> new Done(
                        200,
                        all.stream()
                                .map(each -> new String(each.json(), StandardCharsets.UTF_8))
                                .collect(Collectors.joining(",", "{\"revocations\":[", "]}"))
                                .getBytes(StandardCharsets.UTF_8)));
    }

    // doing

    private CompletionStage<Answer> endOne(Act act, String id) {
        return directory
                .end(new Directory.Selector(Directory.By.CONNECTION, id), Code.SESSION_ENDED, "ended by an operator")
                .thenApply(gone -> {
                    audit(act, "disconnect", "connection " + id, gone.count());
                    return gone.count() == 0
                            ? new No(Refusal.of(Code.NOT_FOUND, "no node that answered has this connection"))
                            : new Done(200, OperatorJson.gone(gone));
                });
    }

    private CompletionStage<Answer> disconnect(Act act) {
        JsonNode body = body(act, Set.of("user", "tokenId", "connection"));
        Revocation.Kind kind = kind(body);
        String value = text(body, kind.wireName());
        Directory.By by = Directory.By.valueOf(kind.name());
        return directory
                .end(new Directory.Selector(by, value), Code.SESSION_ENDED, "ended by an operator")
                .thenApply(gone -> {
                    audit(act, "disconnect", kind.wireName() + " " + value, gone.count());
                    return new Done(200, OperatorJson.gone(gone));
                });
    }

    private CompletionStage<Answer> revoke(Act act) {
        JsonNode body = body(act, Set.of("user", "tokenId", "connection", "reason", "seconds"));
        Revocation.Kind kind = kind(body);
        String value = text(body, kind.wireName());
        String reason = body.has("reason") ? text(body, "reason") : null;
        JsonNode seconds = body.path("seconds");
        if (!seconds.isMissingNode()
                && !(seconds.isIntegralNumber() && seconds.asLong() > 0 && seconds.asLong() < 1L << 31)) {
            throw new InvalidInput("seconds", "a whole number of 1 or more");
        }
        Duration keep = seconds.isMissingNode() ? null : Duration.ofSeconds(seconds.asLong());
        return revocations.revoke(kind, value, reason, act.by().name(), keep).thenApply(added -> {
            audit(act, "revoke", kind.wireName() + " " + value, added.id());
            return new Done(201, added.json());
        });
    }

    private CompletionStage<Answer> restore(Act act, String id) {
        long number = id.matches("[0-9]{1,18}") ? Long.parseLong(id) : 0;
        return revocations.restore(number).thenApply(removed -> {
            audit(act, "restore", "revocation " + number, removed);
            return removed
                    ? new Done(200, "{\"removed\":true}".getBytes(StandardCharsets.UTF_8))
                    : new No(Refusal.of(Code.NOT_FOUND, "there is no revocation with this id"));
        });
    }

    private static void audit(Act act, String what, String whom, Object result) {
        Operator by = act.by();
        AUDIT.info(
                "act={} target=\"{}\" result={} by=\"{}\" token=\"{}\" from={}",
                what,
                plain(whom),
                result,
                plain(by.name()),
                plain(by.tokenId() == null ? "" : by.tokenId()),
                by.address());
    }

    /** One line stays one line, and a quote can't end what it stands in. */
    private static String plain(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}\"]", "?");
    }

    // reading

    private static JsonNode body(Act act, Set<String> known) {
        try {
            JsonNode body = JSON.readTree(act.body());
            if (body == null || !body.isObject()) {
                throw new InvalidInput(Code.INVALID_JSON, "body", "must be a JSON object");
            }
            requireOnly(body.properties().stream().map(Map.Entry::getKey).collect(Collectors.toSet()), known, "body");
            return body;
        } catch (JsonProcessingException broken) {
            throw new InvalidInput(Code.INVALID_JSON, "body", "must be a JSON object");
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Revocation.Kind kind(JsonNode body) {
        Revocation.Kind named = null;
        for (Revocation.Kind kind : Revocation.Kind.values()) {
            if (body.has(kind.wireName())) {
                if (named != null) {
                    throw new InvalidInput(kind.wireName(), "name one of user, tokenId and connection");
                }
                named = kind;
            }
        }
        if (named == null) {
            throw new InvalidInput("body", "name one of user, tokenId and connection");
        }
        return named;
    }

    private static String text(JsonNode body, String name) {
        String text = body.path(name).textValue();
        if (text == null
                || text.isEmpty()
                || text.length() > 200
                || text.codePoints().anyMatch(Character::isISOControl)) {
            throw new InvalidInput(name, "a text of 1 to 200 characters without control characters");
        }
        return text;
    }

    private static int number(Act act, String name, int otherwise) {
        String text = act.query().get(name);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) > MOST) {
            throw new InvalidInput(Code.INVALID_PARAMETER, name, "must be a whole number from 0 to " + MOST);
        }
        return Integer.parseInt(text);
    }

    private static void requireOnly(Set<String> names, Set<String> known, String where) {
        if (!known.containsAll(names)) {
            throw new InvalidInput(
                    where.equals("query") ? Code.INVALID_PARAMETER : Code.INVALID_REQUEST,
                    where,
                    "this address knows " + known.stream().sorted().collect(Collectors.joining(", ")));
        }
    }

    private static Answer refusal(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof InvalidInput invalid) {
            return new No(Refusal.of(invalid));
        }
        if (cause instanceof JournalUnavailable) {
            return new No(
                    Refusal.of(Code.DATABASE_UNAVAILABLE, Code.DATABASE_UNAVAILABLE.happened(), Duration.ofSeconds(2)));
        }
        LOG.error("An operator's request failed", cause);
        return new No(Refusal.of(Code.INTERNAL_ERROR));
    }

    private static CompletionStage<Answer> done(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
