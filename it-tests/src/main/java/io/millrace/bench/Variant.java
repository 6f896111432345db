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
record Variant(String name, Path jar, Path java, List<String> options) {
    /**
     * {@code name=option option…}, several separated by {@code ;}. In front of the options may stand the absolute paths of
     * another jar and of another JDK's home.
     */
    static List<Variant> parse(String text, Path jar, Path java) {
        List<Variant> variants = new ArrayList<>();
        for (String part : text.split(";", -1)) {
            String[] pair = part.strip().split("=", 2);
            if (pair.length < 2 || !pair[0].matches("[a-z0-9-]+")) {
                throw new BenchFailure(
                        "--variants looks like \"g1=-XX:+UseG1GC; parallel=-XX:+UseParallelGC\", got '" + text + "'");
            }
            variants.add(of(pair[0], words(pair[1]), jar, java));
        }
        return variants;
    }

    private static Variant of(String name, List<String> words, Path jar, Path java) {
        Path itsJar = jar;
        Path itsJava = java;
        int at = 0;
        while (at < words.size() && words.get(at).startsWith("/")) {
            Path path = Path.of(words.get(at++));
            if (path.toString().endsWith(".jar")) {
                itsJar = path;
            } else {
                itsJava = path;
            }
        }
        return new Variant(name, itsJar, itsJava, words.subList(at, words.size()));
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.strip().split("\\s+", -1))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    String program() {
        Path program = java.resolve("bin").resolve("java");
        if (!Files.isExecutable(program)) {
            throw new BenchFailure("there is no JDK at " + java);
        }
        return program.toString();
    }
}
