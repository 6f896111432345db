package io.millrace.platform.channel;

import io.millrace.persistence.WriteId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The last answer to each relay, for a write that is sent again while this incarnation lives. After a recovery it is
 * worked out anew from what the journal holds ({@link ChannelState#repeat}), which comes to the same unless a key of that
 * very write has been forgotten since.
 */
final class LastAnswers {
    private static final int RELAYS_REMEMBERED = 64;

    private final Map<UUID, Answer> byWriter = new LinkedHashMap<>();

    void remember(Answer answer) {
        UUID writer = writer(answer.write());
        byWriter.remove(writer);
        byWriter.put(writer, answer);
        if (byWriter.size() > RELAYS_REMEMBERED) {
            byWriter.remove(byWriter.keySet().iterator().next());
        }
    }

    @Nullable
    Answer of(WriteId write) {
        Answer answer = byWriter.get(writer(write));
        return answer != null && answer.write().equals(write) ? answer : null;
    }

    private static UUID writer(WriteId write) {
        return new UUID(write.writerHigh(), write.writerLow());
    }
}
