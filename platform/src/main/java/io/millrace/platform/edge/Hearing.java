package io.millrace.platform.edge;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.util.ByteString;

/** Where a client's bytes go once its connection is an event stream. Not for several threads. */
interface Hearing {

    /** Takes bytes in pieces of any size. The stage ends when the next piece may come; until then none does. */
    CompletionStage<Boolean> take(ByteString bytes);

    /** Whether the client has said its last, so that its line stays up for the answer. */
    boolean isOver();
}
