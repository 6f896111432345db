package io.millrace.platform.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.platform.channel.EntityTestKit.Result;
import io.millrace.platform.family.Families;
import io.millrace.platform.family.Family;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The product's own behaviours, in the entity, over stored bytes. */
class BehavioursTest {

    @Test
    void keyedValuesAreSetDeletedAndCleared() {
        try (EntityTestKit kit = EntityTestKit.of(new KeyedBehaviour())) {
            assertThat(kit.state()).isEqualTo("{}");
            Result set = kit.execute("set", "{\"key\":\"a\",\"value\":1e400}");
            assertThat(set.types()).containsExactly("value.set");
            assertThat(set.offset()).isEqualTo(1);
            kit.execute("set", "{\"key\":\"b \\\"q\\\"\",\"value\":{\"x\":[1]}}");
            assertThat(kit.execute("set", "{\"key\":\"a\",\"value\":1e400}").events())
                    .as("nothing changes")
                    .isEmpty();
            assertThat(kit.state()).isEqualTo("{\"a\":1e400,\"b \\\"q\\\"\":{\"x\":[1]}}");
            kit.restart();
            assertThat(kit.execute("delete", "{\"key\":\"a\"}").types()).containsExactly("value.deleted");
            assertThat(kit.execute("delete", "{\"key\":\"a\"}").events()).isEmpty();
            assertThat(kit.execute("clear", "null").types()).containsExactly("values.cleared");
            assertThat(kit.execute("clear", "null").offset()).isEqualTo(4);
            assertThat(kit.state()).isEqualTo("{}");
        }
    }

    @Test
    void keyedRefusesWhatItCannotTakeAndPassesOverForeignEvents() {
        try (EntityTestKit kit = EntityTestKit.of(new KeyedBehaviour())) {
            for (String bad : new String[] {
                "null",
                "[]",
                "{}",
                "{\"key\":1,\"value\":2}",
                "{\"key\":\"\",\"value\":2}",
                "{\"key\":\"a\"}",
                "{\"key\":\"a\",\"value\":1,\"more\":2}"
            }) {
                assertThat(kit.execute("set", bad).code()).as(bad).isEqualTo("command-refused");
            }
            assertThat(kit.execute("increment", "1").code()).isEqualTo("unknown-command");
            String large = "\"" + "x".repeat(700_000) + "\"";
            kit.execute("set", "{\"key\":\"a\",\"value\":" + large + "}");
            assertThat(kit.execute("set", "{\"key\":\"b\",\"value\":" + large + "}")
                            .code())
                    .isEqualTo("command-refused");
            kit.execute("clear", "null");
            kit.publish("value.set", "7");
            kit.publish("value.set", "{\"value\":7}");
            kit.publish("something", "{\"key\":\"a\",\"value\":7}");
            assertThat(kit.state()).isEqualTo("{}");
            kit.publish("value.set", "{\"key\":\"a\",\"value\":7}");
            assertThat(kit.state()).isEqualTo("{\"a\":7}");
        }
    }

    @Test
    void aDocumentIsPutAndPatched() {
        try (EntityTestKit kit = EntityTestKit.of(new DocumentBehaviour())) {
            assertThat(kit.state()).isEqualTo("null");
            assertThat(kit.execute("put", "{\"a\":{\"b\":1.50},\"c\":2}").types())
                    .containsExactly("document.replaced");
            Result patched = kit.execute("patch", "{\"a\":{\"d\":9007199254740993},\"c\":null}");
            assertThat(patched.types()).containsExactly("document.patched");
            assertThat(patched.events().get(0).data()).hasToString("{\"a\":{\"d\":9007199254740993},\"c\":null}");
            assertThat(kit.state()).isEqualTo("{\"a\":{\"b\":1.50,\"d\":9007199254740993}}");
            assertThat(kit.execute("patch", "{\"c\":null}").events()).isEmpty();
            kit.restart();
            assertThat(kit.state()).isEqualTo("{\"a\":{\"b\":1.50,\"d\":9007199254740993}}");
        }
    }

    @Test
    void aCommandThatComesAgainIsKnownByItsIdAlsoAfterARecovery() {
        try (EntityTestKit kit = EntityTestKit.of(new TestCounter())) {
            Result first = kit.execute("add", "2", "c1");
            assertThat(first.reply()).isEqualTo("2");
            kit.execute("add", "5", "c2");
            kit.restart();
            Result again = kit.execute("add", "2", "c1");
            assertThat(again.duplicate()).isTrue();
            assertThat(again.events()).isEmpty();
            assertThat(again.offset()).isEqualTo(first.offset());
            assertThat(again.reply()).isEqualTo("2");
            assertThat(kit.execute("add", "3", "c1").code()).isEqualTo("idempotency-conflict");
            assertThat(kit.state()).isEqualTo("7");
        }
    }

    @Test
    void aBehaviourThatFailsOnACommandChangesNothing() {
        try (EntityTestKit kit = EntityTestKit.of(new TestCounter())) {
            assertThat(kit.execute("fail", "null").code()).isEqualTo("internal-error");
            assertThat(kit.execute("add", "1").offset()).isEqualTo(1);
        }
    }

    @Test
    void aBehaviourThatFailsOnAnEventLeavesTheChannelALog() {
        try (EntityTestKit kit = EntityTestKit.of(new TestCounter())) {
            kit.execute("add", "4");
            assertThatThrownBy(() -> kit.publish("counter.poisoned", "0")).hasMessageContaining("event at offset 2");
            assertThatThrownBy(() -> kit.state()).hasMessageContaining("event at offset 2");
        }
    }

    @Test
    void behavioursAreFoundByNameServiceAndClass() {
        assertThat(Behaviours.of(family("log"))).isNull();
        assertThat(Behaviours.of(family("keyed"))).isInstanceOf(KeyedBehaviour.class);
        assertThat(Behaviours.of(family("document"))).isInstanceOf(DocumentBehaviour.class);
        assertThat(Behaviours.of(family("test-counter"))).as("a service").isInstanceOf(TestCounter.class);
        assertThat(Behaviours.of(family(TestCounter.class.getName()))).isInstanceOf(TestCounter.class);
        for (String wrong : new String[] {"com.example.Missing", "java.lang.String"}) {
            assertThatThrownBy(() -> Behaviours.of(family(wrong)))
                    .hasMessageContaining("millrace.families.f.behaviour")
                    .hasMessageContaining(wrong);
        }
    }

    private static Family family(String behaviour) {
        var settings = com.typesafe.config.ConfigFactory.parseMap(Map.of("millrace.families.f.behaviour", behaviour))
                .withFallback(com.typesafe.config.ConfigFactory.load())
                .getConfig("millrace");
        return Families.from(settings).of("f");
    }
}
