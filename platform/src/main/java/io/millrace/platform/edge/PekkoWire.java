package io.millrace.platform.edge;

import org.apache.pekko.NotUsed;
import org.apache.pekko.http.impl.engine.server.UpgradeToOtherProtocolResponseHeader;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/**
 * Carries event streams through Pekko HTTP's own stages: as a response's body, or as the protocol a connection is upgraded
 * to. Works on every listener (TLS, HTTP/2) and costs several times the {@link LeanWire}.
 */
final class PekkoWire {
    private PekkoWire() {}

    static HttpResponse carry(HttpResponse head) {
        return head.getAttribute(EventStream.KEY)
                .map(stream -> carry(head, stream))
                .orElse(head);
    }

    private static HttpResponse carry(HttpResponse head, EventStream stream) {
        Hearing hearing = stream.hearing();
        return hearing == null
                ? head.withEntity(
                        HttpEntities.createCloseDelimited(head.entity().getContentType(), stream.frames()))
                : upgrade(head, conversation(stream, hearing));
    }

    private static Flow<ByteString, ByteString, NotUsed> conversation(EventStream stream, Hearing hearing) {
        Sink<ByteString, NotUsed> in =
                Flow.of(ByteString.class).mapAsync(1, hearing::take).to(Sink.ignore());
        return Flow.fromSinkAndSourceCoupledMat(in, stream.frames(), Keep.left());
    }

    static HttpResponse upgrade(HttpResponse head, Flow<ByteString, ByteString, NotUsed> conversation) {
        return head.addHeader(new UpgradeToOtherProtocolResponseHeader(asAny(conversation)));
    }

    /** The header wants a Scala flow of any materialised value; Scala's flows are covariant in it, Java's generics aren't. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static org.apache.pekko.stream.scaladsl.Flow<ByteString, ByteString, Object> asAny(
            Flow<ByteString, ByteString, NotUsed> flow) {
        return (org.apache.pekko.stream.scaladsl.Flow) flow.asScala();
    }
}
