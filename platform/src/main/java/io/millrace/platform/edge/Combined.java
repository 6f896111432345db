package io.millrace.platform.edge;

import io.millrace.protocol.Code;
import io.millrace.protocol.Draft;
import io.millrace.protocol.EventType;
import io.millrace.protocol.InvalidInput;
import io.millrace.protocol.JsonData;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code combine=<type>}: a batch that is published as one event of that type, its data the array of the batch's data. */
final class Combined {
    private Combined() {}

    /**
     * Keeps the source where all events have the same one.
     *
     * @param key of the one event: the request's
     */
    static Draft of(String type, List<Draft> drafts, @Nullable String key) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        String source = drafts.get(0).source();
        for (int i = 0; i < drafts.size(); i++) {
            Draft draft = drafts.get(i);
            if (draft.key() != null) {
                throw new InvalidInput(
                        "[" + i + "].key", "must be left out with combine; send Idempotency-Key for the whole");
            }
            source = Objects.equals(source, draft.source()) ? source : null;
            data.write(i == 0 ? '[' : ',');
            data.writeBytes(draft.data().utf8());
        }
        data.write(']');
        return new Draft(type(type), JsonData.trusted(data.toByteArray()), source, key);
    }

    private static EventType type(String type) {
        try {
            return EventType.of(type);
        } catch (InvalidInput notAType) {
            throw new InvalidInput(Code.INVALID_PARAMETER, "combine", notAType.rule());
        }
    }
}
