package io.millrace.platform.boot;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks once and remembers the answer. */
final class Once<T> implements Supplier<T> {
    private final Supplier<T> first;
    private @Nullable T answer;

    private Once(Supplier<T> first) {
        this.first = first;
    }

    static <T> Supplier<T> of(Supplier<T> first) {
        return new Once<>(first);
    }

    @Override
    public synchronized T get() {
        T known = answer;
        if (known == null) {
            known = first.get();
            answer = known;
        }
        return known;
    }
}
