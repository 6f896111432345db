package io.millrace.protocol;

/**
 * Input that breaks a rule of the wire. {@link #field()} names the part at fault, the message says what is allowed there;
 * neither repeats the input. A door turns it into a refusal.
 */
public final class InvalidInput extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String field;

    public InvalidInput(String field, String rule) {
        super(field + ": " + rule, null, false, false);
        this.field = field;
    }

    public String field() {
        return field;
    }
}
