package io.millrace.it.trial;

import io.millrace.it.Door;
import io.millrace.it.Frame;
import io.millrace.it.LiveClient;
import io.millrace.it.Members;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Cursor;
import io.millrace.protocol.Epoch;
import io.millrace.protocol.Position;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A reader without a stream: it asks for the next page and lets the answer be held back until there is one. */
final class HistoryClient implements LiveClient {
    private static final int WAIT_SECONDS = 5;

    private final Asker asker;
    private final Door door;
    private final String channel;
    private String after;
    private boolean begun;
    private boolean ended;
    private long received;

    /** @param after empty for the beginning */
    HistoryClient(Asker asker, Door door, String channel, String after) {
        this.asker = asker;
        this.door = door;
        this.channel = channel;
        this.after = after;
    }

    @Override
    public List<Frame> read(int maxBytes, long deadlineNanos) throws IOException {
        String path = "/v1/channels/" + channel + "/history?limit=200&wait=" + WAIT_SECONDS + "&after="
                + (after.isEmpty() ? "0" : after);
        Asker.Answer answer = asker.get(door, path, Duration.ofSeconds(WAIT_SECONDS + 10));
        if (answer.status() != 200) {
            ended = true;
            throw new IOException("refused: " + answer);
        }
        received += answer.body().length();
        return frames(Members.of(answer.body()));
    }

    private List<Frame> frames(Members page) {
        List<Frame> frames = new ArrayList<>();
        if (page.has("reset")) {
            frames.add(new Frame("reset", "", "reset", page.raw("reset"), ""));
        }
        if (!begun) {
            begun = true;
            String at = after.isEmpty() ? at(page.text("epoch"), 0) : after;
            if (page.has("reset")) {
                at = at(page.text("epoch"), Members.of(page.raw("reset")).number("availableFrom") - 1);
            }
            frames.add(new Frame("subscribed", at, "subscribed", "{\"channel\":\"" + channel + "\"}", ""));
        }
        for (String event : Members.elements(page.raw("events"))) {
            Members members = Members.of(event);
            frames.add(new Frame("event", members.text("id"), members.text("type"), members.raw("data"), ""));
        }
        after = page.text("next");
        return frames;
    }

    private String at(String epoch, long offset) {
        return Cursor.of(ChannelName.of(channel), new Position(new Epoch(epoch), offset));
    }

    @Override
    public long received() {
        return received;
    }

    @Override
    public boolean ended() {
        return ended;
    }

    @Override
    public void cut(boolean abruptly) {
        ended = true;
    }
}
