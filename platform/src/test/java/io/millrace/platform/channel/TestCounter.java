package io.millrace.platform.channel;

import io.millrace.protocol.Event;
import io.millrace.protocol.JsonData;
import java.nio.charset.StandardCharsets;

/** A service's own behaviour: {@code add} a number, which may not become negative; the reply is the sum. */
public final class TestCounter implements EntityBehaviour<Long> {
    @Override
    public String name() {
        return "test-counter";
    }

    @Override
    public Long empty() {
        return 0L;
    }

    @Override
    public EntityDecision decide(Long sum, EntityCommand command) {
        if (command.name().equals("fail")) {
            throw new IllegalStateException("for a test");
        }
        if (!command.name().equals("add")) {
            return EntityDecision.unknown();
        }
        long by = Long.parseLong(command.data().toString());
        return sum + by < 0
                ? EntityDecision.refused("the sum is " + sum)
                : EntityDecision.done(EntityDecision.effect("counter.added", command.data()))
                        .replying(state(sum + by));
    }

    @Override
    public Long apply(Long sum, Event event) {
        if (event.type().value().equals("counter.poisoned")) {
            throw new IllegalStateException("for a test");
        }
        return event.type().value().equals("counter.added")
                ? sum + Long.parseLong(event.data().toString())
                : sum;
    }

    @Override
    public byte[] snapshot(Long sum) {
        return state(sum).utf8();
    }

    @Override
    public Long restore(byte[] bytes) {
        return Long.parseLong(new String(bytes, StandardCharsets.US_ASCII));
    }

    @Override
    public JsonData state(Long sum) {
        return JsonData.trusted(Long.toString(sum).getBytes(StandardCharsets.US_ASCII));
    }
}
