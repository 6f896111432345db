package io.millrace.bench;

/** The run could not be carried out: a server that doesn't answer, a wrong argument. Not a verdict about the events. */
final class BenchFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BenchFailure(String message) {
        super(message);
    }

    BenchFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
