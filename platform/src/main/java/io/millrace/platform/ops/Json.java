package io.millrace.platform.ops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.protocol.Refusal;
import java.util.Map;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** The console's answers. */
final class Json {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Json() {}

    static HttpResponse answer(Map<String, Object> value) {
        try {
            return HttpResponse.create()
                    .addHeader(RawHeader.create("Cache-Control", "no-store"))
                    .addHeader(RawHeader.create("X-Content-Type-Options", "nosniff"))
                    .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, JSON.writeValueAsBytes(value)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps of texts and numbers are always JSON", e);
        }
    }

    static HttpResponse refusal(String path, Refusal refusal) {
        return HttpResponse.create()
                .withStatus(StatusCodes.get(refusal.code().httpStatus()))
                .withEntity(
                        HttpEntities.create(ContentTypes.parse("application/problem+json"), refusal.problemJson(path)));
    }
}
