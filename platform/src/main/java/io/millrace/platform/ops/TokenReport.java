package io.millrace.platform.ops;

import io.millrace.platform.access.Access;
import io.millrace.platform.access.Act;
import io.millrace.platform.access.Decision;
import io.millrace.platform.access.Decision.Denied;
import io.millrace.platform.access.Grant;
import io.millrace.platform.access.Login;
import io.millrace.platform.access.TokenVerifier;
import io.millrace.platform.access.Verified;
import io.millrace.platform.access.Verified.Authenticated;
import io.millrace.platform.access.Verified.Rejected;
import io.millrace.protocol.ChannelName;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Whether a token holds, what it says, and what it may do on a channel and why: asked of those who decide it for real. */
final class TokenReport {
    private final TokenVerifier verifier;
    private final Access access;
    private final Clock clock;

    TokenReport(TokenVerifier verifier, Access access, Clock clock) {
        this.verifier = verifier;
        this.access = access;
        this.clock = clock;
    }

    CompletionStage<Map<String, Object>> about(Questions.Asked asked) {
        String channel = asked.word("channel");
        ChannelName on = channel == null ? null : ChannelName.of(channel);
        return verifier.verify(asked.need("token")).thenApply(verified -> {
            Map<String, Object> report = report(verified);
            if (on != null && verified instanceof Authenticated authenticated) {
                report.put("channel", on.value());
                report.put("acts", acts(authenticated.login(), on));
            }
            return report;
        });
    }

    private Map<String, Object> report(Verified verified) {
        Map<String, Object> report = new LinkedHashMap<>();
        if (verified instanceof Rejected rejected) {
            report.put("holds", false);
            report.put("reason", wire(rejected.reason()));
            report.put("why", rejected.why());
            return report;
        }
        Login login = ((Authenticated) verified).login();
        boolean revoked = access.isRevoked(login, clock.instant());
        report.put("holds", !revoked);
        if (revoked) {
            report.put("reason", "revoked");
            report.put("why", "it was taken back");
        }
        report.put("subject", login.subject());
        put(report, "entity", login.entity());
        put(report, "tokenId", login.tokenId());
        put(report, "issuedAt", login.issuedAt());
        put(report, "expiresAt", login.expiresAt());
        report.put("claims", login.claims());
        report.put("grants", login.grants().stream().map(Grant::toString).toList());
        report.put(
                "ownChannels",
                access.ownChannels(login).stream().map(ChannelName::value).toList());
        report.put("admin", access.isAdmin(login, clock.instant()));
        return report;
    }

    private List<Map<String, Object>> acts(Login login, ChannelName channel) {
        List<Map<String, Object>> acts = new ArrayList<>();
        for (Act act : Act.values()) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("act", act.wireName());
            decision(json, login, act, channel);
            acts.add(json);
        }
        return acts;
    }

    /** What is decided, by which rules. */
    void decision(Map<String, Object> json, Login login, Act act, ChannelName channel) {
        Decision decision = access.decide(login, act, channel, clock.instant());
        List<String> rules = access.rulesAbout(login, act, channel).stream()
                .map(Grant::toString)
                .toList();
        json.put("allowed", decision.allowed());
        json.put("rules", rules);
        if (decision instanceof Denied denied) {
            json.put("reason", wire(denied.reason()));
            json.put("why", denied.why());
        } else {
            String unasked = access.ownChannels(login).contains(channel)
                    ? "it is one of the login's own channels"
                    : "the channel's family is open to this login";
            json.put("why", rules.isEmpty() ? unasked : "a rule grants it");
        }
    }

    private static String wire(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static void put(Map<String, Object> json, String name, @Nullable Object value) {
        if (value != null) {
            json.put(name, value.toString());
        }
    }
}
