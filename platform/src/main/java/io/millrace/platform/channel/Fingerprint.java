package io.millrace.platform.channel;

import io.millrace.protocol.CommandDraft;
import io.millrace.protocol.EventType;
import io.millrace.protocol.JsonData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** Sixty-four bits of SHA-256 over an event's type, source and data: tells whether a key came back with another body. */
final class Fingerprint {
    private Fingerprint() {}

    /** Of a command: what it is and what with. */
    static long of(CommandDraft command) {
        MessageDigest digest = sha256();
        digest.update(command.name().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest.update(command.data().utf8());
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    static long of(EventType type, @Nullable String source, JsonData data) {
        MessageDigest digest = sha256();
        digest.update(type.utf8());
        digest.update((byte) 0);
        if (source != null) {
            digest.update(source.getBytes(StandardCharsets.UTF_8));
        }
        digest.update((byte) 0);
        digest.update(data.utf8());
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
