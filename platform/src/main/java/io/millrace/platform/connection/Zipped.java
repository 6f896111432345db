package io.millrace.platform.connection;

import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.apache.pekko.util.ByteStringBuilder;

/**
 * A stream in gzip (RFC 1952), flushed with every write, so that a client can read each event as soon as it comes. Holds
 * the window and tables of one deflater, about 256 kB outside the heap, for as long as the stream lasts.
 */
final class Zipped extends GraphStage<FlowShape<ByteString, ByteString>> {
    /** [spec] RFC 1952, 2.3: the magic, deflate, no flags, no time, no hint, an unknown system. */
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

    private final Inlet<ByteString> in = Inlet.create("Zipped.in");
    private final Outlet<ByteString> out = Outlet.create("Zipped.out");
    private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);

    @Override
    public FlowShape<ByteString, ByteString> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends GraphStageLogic {
        private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        private final CRC32 check = new CRC32();
        private final byte[] room = new byte[8192];
        private boolean begun;

        Logic() {
            super(shape);
            setHandler(in, new AbstractInHandler() {
                @Override
                public void onPush() {
                    byte[] bytes = grab(in).toArrayUnsafe();
                    check.update(bytes);
                    deflater.setInput(bytes);
                    push(out, deflated(Deflater.SYNC_FLUSH).result());
                }

                @Override
                public void onUpstreamFinish() {
                    deflater.finish();
                    ByteStringBuilder last = deflated(Deflater.NO_FLUSH);
                    putInt(last, check.getValue());
                    putInt(last, deflater.getBytesRead());
                    emit(out, last.result(), Logic.this::completeStage);
                }
            });
            setHandler(out, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    pull(in);
                }
            });
        }

        private ByteStringBuilder deflated(int flush) {
            ByteStringBuilder bytes = ByteString.createBuilder();
            if (!begun) {
                bytes.putBytes(HEADER);
                begun = true;
            }
            int size = room.length;
            while (size == room.length || (flush == Deflater.NO_FLUSH && !deflater.finished())) {
                size = deflater.deflate(room, 0, room.length, flush);
                bytes.putBytes(room, 0, size);
            }
            return bytes;
        }

        /** [spec] RFC 1952, 2.3.1: CRC-32 and size modulo 2^32, least significant byte first. */
        private void putInt(ByteStringBuilder bytes, long value) {
            for (int shift = 0; shift < 32; shift += 8) {
                bytes.putByte((byte) (value >>> shift));
            }
        }

        @Override
        public void postStop() {
            deflater.end();
        }
    }
}
