package io.millrace.platform.edge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MalformedRequestsTest {
    @Test
    void whatTheParserQuotesIsNotRepeated() {
        assertThat(MalformedRequests.withoutValues("Unsupported Transfer-Encoding 'secret'"))
                .isEqualTo("Unsupported Transfer-Encoding");
        assertThat(MalformedRequests.withoutValues("Illegal request-target: Invalid input '<', expected path"))
                .isEqualTo("Illegal request-target: Invalid input");
        assertThat(MalformedRequests.withoutValues("A header is too long ('xxxxx'"))
                .isEqualTo("A header is too long");
        assertThat(MalformedRequests.withoutValues("Request is missing required `Host` header"))
                .isEqualTo("Request is missing required `Host` header");
        assertThat(MalformedRequests.withoutValues("")).isEmpty();
    }
}
