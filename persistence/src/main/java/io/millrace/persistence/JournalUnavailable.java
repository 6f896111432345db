package io.millrace.persistence;

/** The database could not be asked, or not in time. Nothing is known about what was asked; asking again is safe. */
public final class JournalUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public JournalUnavailable(String what, Throwable cause) {
        super(what, cause);
    }
}
