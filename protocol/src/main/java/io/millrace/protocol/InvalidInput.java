package io.millrace.protocol;

/**
 * Input that breaks a rule of the wire. {@link #field()} names the part at fault as a path such as {@code [3].type}, the
 * message says what is allowed there, {@link #code()} is the refusal a door makes of it ({@link Refusal#of(InvalidInput)}).
 * No value is repeated, only the name of a field that shouldn't be there.
 */
public final class InvalidInput extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String field;
    private final String rule;
    private final Code code;

    public InvalidInput(String field, String rule) {
        this(codeFor(field), field, rule);
    }

    public InvalidInput(Code code, String field, String rule) {
        super(field + ": " + rule, null, false, false);
        this.field = field;
        this.rule = rule;
        this.code = code;
    }

    public String field() {
        return field;
    }

    public String rule() {
        return rule;
    }

    public Code code() {
        return code;
    }

    /** The same fault seen from outside: {@code type} in item {@code [3]} is {@code [3].type}. */
    InvalidInput within(String path) {
        return path.isEmpty() ? this : new InvalidInput(code, path + "." + field, rule);
    }

    private static Code codeFor(String field) {
        return switch (field) {
            case "channel" -> Code.INVALID_CHANNEL;
            case "type" -> Code.INVALID_TYPE;
            case "cursor" -> Code.INVALID_CURSOR;
            default -> Code.INVALID_REQUEST;
        };
    }
}
