package io.millrace.platform.edge;

import io.millrace.platform.access.Act;
import io.millrace.platform.access.Login;
import io.millrace.platform.family.Families;
import io.millrace.platform.relay.Published;
import io.millrace.platform.relay.Relays;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.Code;
import io.millrace.protocol.CommandDraft;
import io.millrace.protocol.JsonInput;
import io.millrace.protocol.Refusal;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * {@code POST /v1/channels/{channel}/commands/{name}}: has the channel's behaviour do something, and answers when what it
 * came to stands in the journal.
 */
final class CommandDoor {
    private final Logins logins;
    private final Families families;
    private final Relays relays;
    private final PublishDoor publish;
    private final JsonInput.Limits limits;

    CommandDoor(Logins logins, Families families, Relays relays, PublishDoor publish, JsonInput.Limits limits) {
        this.logins = logins;
        this.families = families;
        this.relays = relays;
        this.publish = publish;
        this.limits = limits;
    }

    CompletionStage<HttpResponse> execute(Call call, ChannelName channel, String name) {
        return logins.require(call).thenCompose(login -> {
            logins.requireAct(login, Act.COMMAND, channel);
            return publish.body(call).thenCompose(body -> execute(call, channel, login, name, body));
        });
    }

    private CompletionStage<HttpResponse> execute(
            Call call, ChannelName channel, Login login, String name, byte[] body) {
        CommandDraft command = CommandDraft.parse(name, body, limits, call.header("Idempotency-Key"));
        int most = families.of(channel).publishing().eventBytes();
        if (command.data().size() > most) {
            throw new Refused(Refusal.of(Code.EVENT_TOO_LARGE, "a command's data is at most " + most + " bytes"));
        }
        return relays.execute(channel, login.subject(), command)
                .thenApply(done -> done instanceof Published.Executed executed
                        ? Replies.json(201, executed.commanded().json())
                        : Replies.refusal(((Published.Refused) done).refusal(), call.address()));
    }
}
