package io.millrace.it.trial;

import io.millrace.it.Load;
import io.millrace.it.Members;
import io.millrace.it.trial.Account.ChannelLog;
import io.millrace.it.trial.Account.Entry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads every channel's log all the time, and at the end once more from each node: what stands must never have changed. */
final class Scribe implements Runnable {
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final Stage stage;
    private final List<String> channels;
    private final Asker asker = new Asker();
    private final Map<String, List<Entry>> meanwhile = new TreeMap<>();
    private final Map<String, Long> next = new HashMap<>();
    private int node;
    private volatile boolean stopped;

    Scribe(Stage stage, List<String> channels) {
        this.stage = stage;
        this.channels = channels;
        channels.forEach(channel -> {
            meanwhile.put(channel, new ArrayList<>());
            next.put(channel, 0L);
        });
    }

    void stop() {
        stopped = true;
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                for (String channel : channels) {
                    follow(channel);
                }
                Thread.sleep(400); // the scribe's rhythm
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(String channel) {
        try {
            List<Entry> page = page(stage.member(node), channel, next.get(channel));
            if (!page.isEmpty()) {
                meanwhile.get(channel).addAll(page);
                next.put(channel, page.get(page.size() - 1).offset());
            }
        } catch (IOException away) {
            node = (node + 1) % Schedule.NODES;
        }
    }

    /** What was read meanwhile, and now from every node. */
    Map<String, ChannelLog> logs() throws IOException {
        Map<String, ChannelLog> logs = new TreeMap<>();
        for (String channel : channels) {
            List<List<Entry>> reads = new ArrayList<>();
            reads.add(meanwhile.get(channel));
            for (Member member : stage.members()) {
                reads.add(all(member, channel));
            }
            logs.put(channel, new ChannelLog(channel, channel.startsWith(Stage.BRIEF), reads));
        }
        return logs;
    }

    private List<Entry> all(Member member, String channel) throws IOException {
        List<Entry> all = new ArrayList<>();
        long after = 0;
        while (true) {
            List<Entry> page = page(member, channel, after);
            if (page.isEmpty()) {
                return all;
            }
            all.addAll(page);
            after = page.get(page.size() - 1).offset();
        }
    }

    private List<Entry> page(Member member, String channel, long after) throws IOException {
        String path = "/v1/channels/" + channel + "/history?limit=1000&after=" + after;
        Asker.Answer answer = asker.get(member.door(), path, PATIENCE);
        if (answer.status() != 200) {
            throw new IOException(answer.toString());
        }
        return Members.elements(Members.of(answer.body()).raw("events")).stream()
                .map(event -> {
                    Members members = Members.of(event);
                    String type = members.text("type");
                    String data = members.raw("data");
                    long offset = members.number("offset");
                    return new Entry(offset, Load.value(data), Hearing.print(type, data));
                })
                .toList();
    }
}
