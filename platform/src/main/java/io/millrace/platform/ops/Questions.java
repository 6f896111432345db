package io.millrace.platform.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.persistence.Journal;
import io.millrace.platform.access.Access;
import io.millrace.platform.access.TokenVerifier;
import io.millrace.platform.connection.Directory;
import io.millrace.platform.family.Families;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.InvalidInput;
import java.io.IOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;

/** What the console asks that the public port doesn't answer, by name. */
public final class Questions {
    static final int BODY_BYTES = 16 * 1024;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Question> known;

    private Questions(Map<String, Question> known) {
        this.known = known;
    }

    /** The rooms that are looked into. */
    public record Rooms(MeterRegistry registry, Stats stats, Relays relays, Families families, Directory directory) {}

    /** Who decides about tokens. */
    public record Asking(TokenVerifier verifier, Access access, Clock clock) {}

    public static Questions of(ActorSystem<?> system, Rooms rooms, Asking asking) {
        Journal kept = rooms.relays().kept();
        Figures figures = new Figures(rooms.registry(), rooms.stats(), new Canary(rooms.relays()));
        Members members = new Members(system);
        ChannelReport channels = new ChannelReport(kept, rooms.families(), rooms.directory());
        TokenReport tokens = new TokenReport(asking.verifier(), asking.access(), asking.clock());
        ReachReport reach = new ReachReport(kept, rooms.families(), rooms.directory(), asking.verifier(), tokens);
        return new Questions(Map.of(
                "figures", asked -> figures.now(),
                "cluster", asked -> members.now(),
                "channel", channels::about,
                "token", tokens::about,
                "reach", reach::about));
    }

    /** One question. */
    @FunctionalInterface
    interface Question {
        CompletionStage<Map<String, Object>> answer(Asked asked);
    }

    /** What was asked: the query's parameters and the members of the body. */
    record Asked(Map<String, String> words) {
        static Asked of(Map<String, String> query, byte[] body) {
            Map<String, String> words = new LinkedHashMap<>(query);
            if (body.length > 0) {
                try {
                    JsonNode json = JSON.readTree(body);
                    json.properties()
                            .forEach(each ->
                                    words.put(each.getKey(), each.getValue().asText()));
                } catch (IOException broken) {
                    throw new InvalidInput(Code.INVALID_JSON, "body", "must be a JSON object of texts");
                }
            }
            return new Asked(words);
        }

        @Nullable
        String word(String name) {
            String word = words.get(name);
            return word == null || word.isBlank() ? null : word.trim();
        }

        String need(String name) {
            String word = word(name);
            if (word == null) {
                throw new InvalidInput(Code.INVALID_PARAMETER, name, "is missing");
            }
            return word;
        }

        ChannelName channel() {
            return ChannelName.of(need("channel"));
        }
    }

    CompletionStage<Map<String, Object>> ask(String name, Asked asked) {
        Question question = known.get(name);
        return question == null
                ? CompletableFuture.failedFuture(
                        new InvalidInput(Code.NOT_FOUND, "question", "the console has no such question"))
                : question.answer(asked);
    }
}
