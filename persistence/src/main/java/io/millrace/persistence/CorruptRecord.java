package io.millrace.persistence;

/**
 * Stored or announced bytes that no version of this product writes. The message says what is wrong and where, never what
 * the bytes hold. Asking again gives the same answer: the channel it belongs to needs an operator.
 */
public final class CorruptRecord extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CorruptRecord(String what) {
        super(what);
    }

    public CorruptRecord(String what, Throwable cause) {
        super(what, cause);
    }
}
