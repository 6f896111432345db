package io.millrace.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The product under one JVM.
 *
 * @param java the home of a JDK
 * @param options what the JVM is started with
 */
record Variant(String name, Path java, List<String> options) {
    /**
     * {@code name=option option…}, several separated by {@code ;}. An option that begins with a slash is the home of
     * another JDK.
     */
    static List<Variant> parse(String text, Path java) {
        List<Variant> variants = new ArrayList<>();
        for (String part : text.split(";", -1)) {
            String[] pair = part.strip().split("=", 2);
            if (pair.length < 2 || !pair[0].matches("[a-z0-9-]+")) {
                throw new BenchFailure(
                        "--variants looks like \"g1=-XX:+UseG1GC; parallel=-XX:+UseParallelGC\", got '" + text + "'");
            }
            List<String> words = Arrays.stream(pair[1].strip().split("\\s+", -1))
                    .filter(word -> !word.isEmpty())
                    .toList();
            boolean elsewhere = !words.isEmpty() && words.get(0).startsWith("/");
            variants.add(new Variant(
                    pair[0],
                    elsewhere ? Path.of(words.get(0)) : java,
                    elsewhere ? words.subList(1, words.size()) : words));
        }
        return variants;
    }

    String program() {
        Path program = java.resolve("bin").resolve("java");
        if (!Files.isExecutable(program)) {
            throw new BenchFailure("there is no JDK at " + java);
        }
        return program.toString();
    }
}
