package io.millrace.protocol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The server's part in opening a WebSocket (RFC 6455, 4.2). */
public final class WsHandshake {
    public static final String VERSION = "13";
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_LENGTH = 24;

    private WsHandshake() {}

    /** [spec] "a base64-encoded value that, when decoded, is 16 bytes in length" */
    public static boolean isKey(String key) {
        try {
            return key.length() == KEY_LENGTH && Base64.getDecoder().decode(key).length == 16;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    public static boolean isVersion(String version) {
        return version.equals(VERSION);
    }

    /** The value of {@code Sec-WebSocket-Accept} for a {@code Sec-WebSocket-Key}. */
    public static String accept(String key) {
        if (!isKey(key)) {
            throw new InvalidInput("Sec-WebSocket-Key", "must be base64 of 16 bytes");
        }
        try {
            // [spec] "concatenate this with the GUID ... A SHA-1 hash ... base64-encoded": not for secrecy.
            byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }
}
