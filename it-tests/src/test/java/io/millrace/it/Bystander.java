package io.millrace.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A client process of its own, to be killed: opens so many connections, says so, and listens until it dies. */
final class Bystander {
    private Bystander() {}

    /** PORT TOKEN sse|ws COUNT. */
    public static void main(String[] args) throws IOException {
        Door door = new Door(Integer.parseInt(args[0]), args[1]);
        List<LiveClient> clients = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(args[3]); i++) {
            if (args[2].equals("sse")) {
                clients.add(SseClient.open(door, List.of("vanish"), "", ""));
            } else {
                WsClient client = WsClient.open(door);
                client.subscribe("vanish", "");
                clients.add(client);
            }
        }
        System.out.println("listening");
        while (!clients.get(0).ended()) {
            clients.get(0).read(1_024, System.nanoTime() + TimeUnit.SECONDS.toNanos(60));
        }
    }
}
