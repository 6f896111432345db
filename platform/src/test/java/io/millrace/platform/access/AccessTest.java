package io.millrace.platform.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.millrace.platform.access.Decision.Denied;
import io.millrace.platform.access.Decision.Reason;
import io.millrace.platform.family.Families;
import io.millrace.protocol.ChannelName;
import io.millrace.protocol.InvalidInput;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private final Access access = new Access(new Revoked());

    @Test
    void whatNothingGrantsIsDenied() {
        for (Act act : Act.values()) {
            assertThat(reason(login(), act, "orders:1")).isEqualTo(Reason.NOT_GRANTED);
        }
    }

    @Test
    void aGrantAllowsItsActsOnItsChannelsOnly() {
        Login login = login("orders:*:publish,presence");
        assertThat(reason(login, Act.PUBLISH, "orders:1")).isNull();
        assertThat(reason(login, Act.PRESENCE, "orders:1:notes")).isNull();
        assertThat(reason(login, Act.SUBSCRIBE, "orders:1")).isEqualTo(Reason.NOT_GRANTED);
        assertThat(reason(login, Act.HISTORY, "orders:1")).isEqualTo(Reason.NOT_GRANTED);
        assertThat(reason(login, Act.PUBLISH, "orders")).isEqualTo(Reason.NOT_GRANTED);
        assertThat(reason(login, Act.PUBLISH, "orders2:1")).isEqualTo(Reason.NOT_GRANTED);
    }

    @Test
    void denyBeatsAllowInAnyOrder() {
        for (Login login : List.of(
                login("*:subscribe,publish", "!orders:secret:subscribe"),
                login("!orders:secret:subscribe", "*:subscribe,publish"))) {
            assertThat(reason(login, Act.SUBSCRIBE, "orders:secret")).isEqualTo(Reason.DENIED_BY_RULE);
            assertThat(reason(login, Act.SUBSCRIBE, "orders:open")).isNull();
            assertThat(reason(login, Act.PUBLISH, "orders:secret")).isNull();
        }
    }

    @Test
    void aWholeFamilyNeedsOneRuleForAllOfItAndNoDenyInside() {
        assertThat(family(login("orders:*:subscribe"))).isNull();
        assertThat(family(login("orders*:subscribe"))).isNull();
        assertThat(family(login("*:subscribe"))).isNull();
        assertThat(family(login("orders:1:subscribe"))).isEqualTo(Reason.NOT_GRANTED);
        assertThat(family(login("orders:1*:subscribe"))).isEqualTo(Reason.NOT_GRANTED);
        assertThat(family(login("orders:subscribe"))).isEqualTo(Reason.NOT_GRANTED);
        assertThat(family(login("orders:*:publish"))).isEqualTo(Reason.NOT_GRANTED);
        assertThat(family(login("*:subscribe", "!orders:7:subscribe"))).isEqualTo(Reason.DENIED_BY_RULE);
        assertThat(family(login("*:subscribe", "!orders:7*:subscribe"))).isEqualTo(Reason.DENIED_BY_RULE);
        assertThat(family(login("*:subscribe", "!or*:subscribe"))).isEqualTo(Reason.DENIED_BY_RULE);
        assertThat(family(login("*:subscribe", "!orders:subscribe", "!others:*:subscribe")))
                .isNull();
        assertThat(family(expired("*:subscribe"))).isEqualTo(Reason.EXPIRED);
    }

    private @Nullable Reason family(Login login) {
        return access.decideFamily(login, Act.SUBSCRIBE, "orders", false, NOW) instanceof Denied denied
                ? denied.reason()
                : null;
    }

    @Test
    void aSubscriberMayReadTheHistoryAndWhoMayNotSubscribeMayNot() {
        assertThat(reason(login("a:subscribe"), Act.HISTORY, "a")).isNull();
        assertThat(reason(login("a:history"), Act.SUBSCRIBE, "a")).isEqualTo(Reason.NOT_GRANTED);
        assertThat(reason(login("a:history", "!a:subscribe"), Act.HISTORY, "a")).isEqualTo(Reason.DENIED_BY_RULE);
        Login noHistory = login("a:subscribe", "!a:history");
        assertThat(reason(noHistory, Act.HISTORY, "a")).isEqualTo(Reason.DENIED_BY_RULE);
        assertThat(reason(noHistory, Act.SUBSCRIBE, "a")).isNull();
    }

    @Test
    void adminIsEveryActOnItsChannels() {
        for (Act act : Act.values()) {
            assertThat(reason(login("orders:*:admin"), act, "orders:1")).isNull();
            assertThat(reason(login("orders:*:admin"), act, "bills:1")).isEqualTo(Reason.NOT_GRANTED);
            assertThat(reason(login("*:admin", "!orders:*:admin"), act, "orders:1"))
                    .isEqualTo(Reason.DENIED_BY_RULE);
        }
        assertThat(reason(login("*:admin", "!a:publish"), Act.PUBLISH, "a")).isEqualTo(Reason.DENIED_BY_RULE);
    }

    @Test
    void onlyAnAdminOfEverythingIsAnAdmin() {
        assertThat(access.isAdmin(login("*:admin"), NOW)).isTrue();
        assertThat(access.isAdmin(login("orders:*:admin"), NOW)).isFalse();
        assertThat(access.isAdmin(login("*:subscribe,publish,history,presence"), NOW))
                .isFalse();
        assertThat(access.isAdmin(login("*:admin", "!orders:*:admin"), NOW)).isFalse();
        assertThat(access.isAdmin(expired("*:admin"), NOW)).isFalse();
    }

    @Test
    void aFamilyCanBeOpenToEveryLoginOrToItsOwn() {
        Config settings = ConfigFactory.parseString(
                        """
                        family-defaults { subscribe = authenticated }
                        families { votes { publish = authenticated }, plans { subscribe = granted }, alerts { subscribe = own } }
                        """)
                .withFallback(ConfigFactory.defaultReference().getConfig("millrace"));
        Access open = new Access(new Revoked(), Families.from(settings));
        Function<String, List<Act>> allowed = channel -> Arrays.stream(Act.values())
                .filter(act ->
                        open.decide(login(), act, ChannelName.of(channel), NOW).allowed())
                .toList();
        assertThat(allowed.apply("news:1")).containsExactly(Act.SUBSCRIBE, Act.HISTORY);
        assertThat(allowed.apply("votes:1")).containsExactly(Act.SUBSCRIBE, Act.PUBLISH, Act.HISTORY);
        assertThat(allowed.apply("plans:1")).isEmpty();
        assertThat(allowed.apply("alerts:ann")).containsExactly(Act.SUBSCRIBE, Act.HISTORY);
        assertThat(allowed.apply("alerts:7:ann")).containsExactly(Act.SUBSCRIBE, Act.HISTORY);
        assertThat(allowed.apply("alerts:entity:acme")).containsExactly(Act.SUBSCRIBE, Act.HISTORY);
        for (String others :
                List.of("alerts", "alerts:bob", "alerts:ann:7", "alerts:xann", "alerts:entity:ann", "alerts:acme")) {
            assertThat(allowed.apply(others)).as(others).isEmpty();
        }
        assertThat(allowed.apply("user:bob")).as("somebody else's own").isEmpty();
        assertThat(allowed.apply("entity:other")).isEmpty();
        assertThat(open.decide(login("!news:2:subscribe"), Act.SUBSCRIBE, ChannelName.of("news:2"), NOW)
                        .allowed())
                .isFalse();
    }

    @Test
    void everyLoginHearsItsOwnChannelsAndNobodyElses() {
        for (String own : List.of("global", "user:ann", "entity:acme")) {
            assertThat(reason(login(), Act.SUBSCRIBE, own)).isNull();
            assertThat(reason(login(), Act.HISTORY, own)).isNull();
            assertThat(reason(login(), Act.PUBLISH, own)).isEqualTo(Reason.NOT_GRANTED);
            assertThat(reason(login(), Act.PRESENCE, own)).isEqualTo(Reason.NOT_GRANTED);
        }
        for (String other :
                List.of("user:bob", "user:an", "user:anna", "user:Ann", "user:ann:x", "entity:ann", "entity:acm")) {
            assertThat(reason(login(), Act.SUBSCRIBE, other)).isEqualTo(Reason.NOT_GRANTED);
        }
        assertThat(reason(login("user:bob:subscribe"), Act.SUBSCRIBE, "user:bob"))
                .isNull();
        assertThat(reason(login("!global:subscribe"), Act.SUBSCRIBE, "global")).isEqualTo(Reason.DENIED_BY_RULE);
        assertThat(reason(login("!user:*:history"), Act.HISTORY, "user:ann")).isEqualTo(Reason.DENIED_BY_RULE);
    }

    @Test
    void ownChannelsAreThoseWhoseNamesAreLegal() {
        assertThat(access.ownChannels(login())).containsExactly(name("global"), name("user:ann"), name("entity:acme"));
        assertThat(access.ownChannels(new Login("ann@x", "a c", List.of(), null, null, Map.of())))
                .containsExactly(name("global"));
        assertThat(access.ownChannels(new Login("7", null, List.of(), null, null, Map.of())))
                .containsExactly(name("global"), name("user:7"));
    }

    @Test
    void aSubjectWithAColonOwnsNoPartOfAnotherUser() {
        Login sly = new Login("7:inbox", "acme:hr", List.of(), null, null, Map.of());
        assertThat(access.ownChannels(sly)).containsExactly(name("global"));
        assertThat(reason(sly, Act.SUBSCRIBE, "user:7:inbox")).isEqualTo(Reason.NOT_GRANTED);
        assertThat(reason(sly, Act.SUBSCRIBE, "entity:acme:hr")).isEqualTo(Reason.NOT_GRANTED);
    }

    @Test
    void anExpiredLoginMayNothing() {
        for (Act act : Act.values()) {
            assertThat(reason(expired("*:admin"), act, "global")).isEqualTo(Reason.EXPIRED);
        }
    }

    @Test
    void systemNamesAreReservedWhateverStandsInAGrant() {
        assertThat(Access.reserved("$sys:metrics")).isTrue();
        assertThat(Access.reserved("$sys")).isTrue();
        assertThat(Access.reserved("sys:metrics")).isFalse();
        assertThatExceptionOfType(InvalidInput.class).isThrownBy(() -> name("$sys:metrics"));
        assertThatExceptionOfType(InvalidInput.class).isThrownBy(() -> Grant.parse("$sys:*:subscribe"));
    }

    /** I10: own channels, allow and deny against a second, plainly written rule, over many logins. */
    @Test
    void theDecisionIsTheRuleWrittenTwice() {
        String[] patterns = {"*", "a*", "a:*", "a:1", "b", "user:*", "user:ann", "global", "entity:*"};
        String[] channels = {"a", "a:1", "a:2", "ab", "b", "global", "user:ann", "user:bob", "entity:acme", "entity:x"};
        for (long seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            List<Grant> grants = new ArrayList<>();
            for (int i = random.nextInt(5); i > 0; i--) {
                grants.add(Grant.parse((random.nextInt(3) == 0 ? "!" : "") + patterns[random.nextInt(patterns.length)]
                        + ":" + Act.values()[random.nextInt(Act.values().length)].wireName()));
            }
            Login login = new Login("ann", "acme", grants, null, null, Map.of());
            for (String channel : channels) {
                for (Act act : Act.values()) {
                    assertThat(access.decide(login, act, name(channel), NOW).allowed())
                            .as("seed %d %s %s %s", seed, grants, act, channel)
                            .isEqualTo(plainly(grants, act, channel));
                }
            }
        }
    }

    private static boolean plainly(List<Grant> grants, Act act, String channel) {
        List<Grant> speaking = grants.stream()
                .filter(grant -> {
                    String pattern = grant.channels().value();
                    return pattern.endsWith("*")
                            ? channel.startsWith(pattern.substring(0, pattern.length() - 1))
                            : channel.equals(pattern);
                })
                .filter(grant -> grant.acts().contains(act)
                        || grant.acts().contains(Act.ADMIN)
                        || (act == Act.HISTORY && grant.acts().contains(Act.SUBSCRIBE)))
                .toList();
        boolean own = List.of("global", "user:ann", "entity:acme").contains(channel)
                && (act == Act.SUBSCRIBE || act == Act.HISTORY);
        return speaking.stream().noneMatch(Grant::deny) && (own || !speaking.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "orders:*:subscribe,publish",
                "!orders:secret:subscribe",
                "*:admin",
                "orders:history",
                "a:b:c:presence"
            })
    void theCommandLinesFormReadsBackAsItself(String text) {
        assertThat(Grant.parse(text))
                .hasToString(text)
                .isEqualTo(Grant.parse(Grant.parse(text).toString()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "orders",
                "orders:",
                ":publish",
                "orders:*:",
                "orders:*:fly",
                "a*b:publish",
                "**:publish",
                "orders:*:publish,",
                "orders:*:PUBLISH",
                "!!a:publish",
                "$sys:*:publish",
                "a b:publish",
                "orders:>:publish"
            })
    void aGrantThatMakesNoSenseIsRefused(String text) {
        assertThatExceptionOfType(InvalidInput.class).isThrownBy(() -> Grant.parse(text));
    }

    private @Nullable Reason reason(Login login, Act act, String channel) {
        return access.decide(login, act, name(channel), NOW) instanceof Denied denied ? denied.reason() : null;
    }

    private static ChannelName name(String name) {
        return ChannelName.of(name);
    }

    private static Login login(String... grants) {
        return new Login(
                "ann", "acme", Stream.of(grants).map(Grant::parse).toList(), NOW.plusMillis(1), null, Map.of());
    }

    private static Login expired(String... grants) {
        return new Login("ann", "acme", Stream.of(grants).map(Grant::parse).toList(), NOW, null, Map.of());
    }
}
