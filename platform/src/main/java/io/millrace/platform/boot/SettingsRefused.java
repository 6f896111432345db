package io.millrace.platform.boot;

/** The product can't start like this; the message names the key and what would be right. Shown without a stack trace. */
final class SettingsRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SettingsRefused(String message) {
        super(message, null, false, false);
    }
}
