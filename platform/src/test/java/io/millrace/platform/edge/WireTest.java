package io.millrace.platform.edge;

import org.junit.jupiter.api.Nested;

/** Every listener that speaks HTTP/1.1: to a client they must be the same. */
class WireTest {
    @Nested
    class Lean extends WireStories {
        Lean() {
            super(TestListener.LEAN);
        }
    }

    @Nested
    class Pekko extends WireStories {
        Pekko() {
            super(TestListener.PEKKO);
        }
    }

    @Nested
    class Tls extends WireStories {
        Tls() {
            super(TestListener.TLS);
        }
    }
}
