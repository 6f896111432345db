package io.millrace.bench;

import java.util.List;
import java.util.Optional;

/** The middle one; between the two middle ones where their number is even. */
final class Median {
    private Median() {}

    static Optional<Double> of(List<Double> values) {
        if (values.isEmpty()) {
            return Optional.empty();
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return Optional.of(
                sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2);
    }
}
