package io.millrace.platform.relay;

import io.millrace.protocol.Commanded;
import io.millrace.protocol.Receipt;
import io.millrace.protocol.Refusal;
import java.util.List;

/** How a publish ended. */
public sealed interface Published {

    /** Every event stands in the journal, in the order of the request. */
    record Accepted(List<Receipt> receipts) implements Published {}

    /** The command was done, now or earlier. */
    record Executed(Commanded commanded) implements Published {}

    /** None of the events was taken; or, for {@code publish-unconfirmed} alone, it isn't known whether they were. */
    record Refused(Refusal refusal) implements Published {}
}
