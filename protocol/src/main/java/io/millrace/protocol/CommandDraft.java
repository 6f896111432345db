package io.millrace.protocol;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A command as its sender hands it in.
 *
 * @param name what is to be done; which names there are is the channel's behaviour's to say
 * @param data what it is to be done with, {@code null} in JSON where the sender gave nothing
 * @param id the same id in the same channel within the window is the same command
 * @param expectedOffset the head after which alone it may be done; null where any will do
 */
public record CommandDraft(String name, JsonData data, @Nullable String id, @Nullable Long expectedOffset) {
    public static final int MAX_NAME_LENGTH = 64;

    private static final JsonData NOTHING = JsonData.trusted(new byte[] {'n', 'u', 'l', 'l'});
    private static final Set<String> FIELDS = Set.of("data", "id", "expectedOffset");

    public CommandDraft {
        boolean plain = name.chars()
                .allMatch(c -> (c >= '0' && c <= '9')
                        || (c >= 'A' && c <= 'Z')
                        || (c >= 'a' && c <= 'z')
                        || c == '.'
                        || c == '_'
                        || c == '-');
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH || !plain) {
            throw new InvalidInput("name", "1 to " + MAX_NAME_LENGTH + " characters of A-Z a-z 0-9 _ . -");
        }
        if (id != null) {
            Texts.requirePrintable("id", id, Draft.MAX_KEY_BYTES);
        }
    }

    /**
     * A request's body: {@code {"data"?,"id"?,"expectedOffset"?}}, or nothing at all.
     *
     * @param headerKey the request's idempotency key, which is the command's id
     */
    public static CommandDraft parse(String name, byte[] body, JsonInput.Limits limits, @Nullable String headerKey) {
        byte[] object = body.length == 0 ? new byte[] {'{', '}'} : body;
        JsonFields in = new JsonFields(JsonInput.object(object, limits).fields(), FIELDS);
        return of(name, in, limits, headerKey);
    }

    static CommandDraft of(String name, JsonFields in, JsonInput.Limits limits, @Nullable String headerKey) {
        byte[] data = JsonInput.optionalData(in, limits);
        return new CommandDraft(
                name,
                data == null ? NOTHING : JsonData.trusted(data),
                JsonInput.key("id", in.text("id"), headerKey),
                in.offset("expectedOffset"));
    }
}
