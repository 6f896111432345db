package io.millrace.platform.connection;

import io.millrace.platform.preset.Envelope;
import io.millrace.platform.preset.Preset;
import io.millrace.platform.preset.Preset.Heartbeat.Style;
import io.millrace.platform.preset.Preset.OnStream;
import io.millrace.platform.relay.EncodedEvent;
import io.millrace.platform.relay.EncodedEvent.Frame;
import io.millrace.platform.relay.EncodedEvent.Shape;
import io.millrace.protocol.Control;
import io.millrace.protocol.EventJson;
import io.millrace.protocol.ServerMessage;
import io.millrace.protocol.SseFrames;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** An event stream in a preset's words. Each event is encoded once a node and form, and shared as in the product's own. */
final class PresetStreamWire extends StreamWire {

    /** One way to write an event: alone with its id, without it, and compressed. */
    private record Shapes(Shape withId, Shape bare, Shape compressed) {}

    private final OnStream words;
    private final Preset.Heartbeat beat;
    private final Clock clock;
    private final Shapes data;
    private final Shapes full;
    private final Shapes unnamed;
    private final Shape item;
    private final ServerMessage.Around batch;

    PresetStreamWire(OnStream words, Preset.Heartbeat beat, Clock clock) {
        this.words = words;
        this.beat = beat;
        this.clock = clock;
        this.data = shapes(Envelope.DATA);
        this.full = shapes(Envelope.FULL);
        this.unnamed = shapes(Envelope.UNNAMED);
        this.item = event -> words.items().always(event.message(), event.event().time());
        this.batch = ServerMessage.Around.of(words.batch());
    }

    private Shapes shapes(Envelope envelope) {
        return new Shapes(
                event -> block(event.id(), name(event, envelope), data(event, envelope)),
                event -> block(null, name(event, envelope), data(event, envelope)),
                event -> block(
                        null,
                        named("compressed"),
                        ServerMessage.compressed(EventJson.named(name(event, Envelope.FULL), data(event, envelope)))));
    }

    private String named(String control) {
        return words.names().getOrDefault(control, control);
    }

    private String name(EncodedEvent event, Envelope envelope) {
        String type = event.event().type().value();
        if (event.event().isEnd()) {
            return named(type);
        }
        return envelope == Envelope.UNNAMED ? "" : words.eventName().replace(OnStream.TYPE, type);
    }

    private byte[] data(EncodedEvent event, Envelope envelope) {
        String kind = event.event().isEnd() ? event.event().type().value() : "event";
        return words.data().changes(kind)
                ? words.data().always(event.message(), event.event().time())
                : event.streamData(envelope.isWhole());
    }

    private static byte[] block(@Nullable String id, String name, byte[] data) {
        return name.isEmpty() ? SseFrames.unnamed(id, data) : SseFrames.event(id, name, data);
    }

    @Override
    ByteString event(EncodedEvent event, @Nullable String cursor, Form form) {
        if (words.isOurs()) {
            return super.event(event, cursor, form);
        }
        Shapes shapes =
                switch (form.envelope()) {
                    case DATA -> data;
                    case FULL -> full;
                    case UNNAMED -> unnamed;
                };
        if (cursor == null && form.compressAbove() == Form.PLAIN.compressAbove()) {
            return event.frame(shapes.withId());
        }
        ByteString frame = event.frame(shapes.bare());
        return withId(
                event,
                cursor,
                frame.size() <= form.compressAbove() ? frame : shorter(frame, event.frame(shapes.compressed())));
    }

    @Override
    void batch(List<EncodedEvent> events, @Nullable String cursor, Gathered out) {
        String id = cursor == null ? events.get(events.size() - 1).id() : cursor;
        boolean ours = words.items().isNone();
        out.add(ByteString.fromArrayUnsafe(SseFrames.start(id, named("batch"))));
        out.add(ByteString.fromArrayUnsafe(batch.before()));
        join(
                events.stream()
                        .map(event -> ours ? event.frame(Frame.FULL_JSON) : event.frame(item))
                        .toList(),
                out);
        out.add(ByteString.fromArrayUnsafe(batch.after()));
        out.add(ByteString.fromArrayUnsafe(SseFrames.END));
    }

    @Override
    ByteString said(Control control, @Nullable String cursor) {
        String name = named(control.name());
        if (name.isEmpty()) {
            return cursor == null
                    ? ByteString.emptyByteString()
                    : ByteString.fromArrayUnsafe(SseFrames.id(cursor)); // the place is told all the same
        }
        return ByteString.fromArrayUnsafe(SseFrames.event(cursor, name, json(control)));
    }

    private byte[] json(Control control) {
        return words.data().changes(control.name())
                ? words.data().always(ServerMessage.control(control), clock.instant())
                : control.json();
    }

    @Override
    ByteString heartbeat() {
        return switch (beat.style()) {
            case COMMENT -> ByteString.fromArrayUnsafe(SseFrames.comment(beat.text()));
            case EVENT -> ByteString.fromArrayUnsafe(SseFrames.event(null, beat.name(), json(new Control.Heartbeat())));
            case NONE -> ByteString.emptyByteString();
        };
    }

    @Override
    Duration silence(ConnectionSettings.Heartbeat heartbeat) {
        return beat.style() == Style.NONE ? Duration.ZERO : heartbeat.sse();
    }
}
