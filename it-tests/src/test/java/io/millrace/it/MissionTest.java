package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table in MISSION.md is whole, and what it names is there. */
class MissionTest {
    private static final Path ROOT = Path.of("..");
    private static final Map<String, Integer> LINES = Map.of("A", 23, "B", 59, "C", 57, "D", 34, "E", 40, "R", 10);
    private static final Pattern ROW = Pattern.compile("^\\| ([^|]+) \\| ([^|]+) \\| (.+) \\|$");
    private static final Pattern LINE = Pattern.compile("([A-E]|R)(\\d+)(?:–[A-E]?(\\d+))?");
    private static final Pattern NAMED = Pattern.compile("`(client-ts/[^`]+|[A-Za-z0-9]+Test)`");

    private record Row(Set<String> lines, String test) {}

    @Test
    void everyLineOfTheMissionHasAPlace() throws IOException {
        Map<String, Integer> found = new TreeMap<>();
        rows().forEach(row -> row.lines().forEach(line -> found.merge(line, 1, Integer::sum)));
        Set<String> all = new TreeSet<>();
        LINES.forEach(
                (system, last) -> IntStream.rangeClosed(1, last).forEach(number -> all.add(line(system, number))));
        assertThat(found.keySet()).isEqualTo(all);
    }

    @Test
    void everyRowNamesATestThatIsThereOrTheIssueItBelongsTo() throws IOException {
        Set<String> tests = tests();
        for (Row row : rows()) {
            List<String> named = new ArrayList<>();
            Matcher matcher = NAMED.matcher(row.test());
            while (matcher.find()) {
                named.add(matcher.group(1));
            }
            assertThat(!named.isEmpty() || row.test().contains("issue "))
                    .as(row.toString())
                    .isTrue();
            assertThat(tests).as(row.toString()).containsAll(named);
        }
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String text : Files.readAllLines(Path.of("MISSION.md"))) {
            Matcher row = ROW.matcher(text);
            if (row.matches() && LINE.matcher(row.group(1)).lookingAt()) {
                rows.add(new Row(lines(row.group(1)), row.group(3)));
            }
        }
        return rows;
    }

    private static Set<String> lines(String text) {
        Set<String> lines = new TreeSet<>();
        for (String part : text.split(", ")) {
            Matcher matcher = LINE.matcher(part);
            assertThat(matcher.matches()).as(part).isTrue();
            int first = Integer.parseInt(matcher.group(2));
            int last = matcher.group(3) == null ? first : Integer.parseInt(matcher.group(3));
            IntStream.rangeClosed(first, last).forEach(number -> lines.add(line(matcher.group(1), number)));
        }
        return lines;
    }

    private static String line(String system, int number) {
        return system.equals("R") ? system + number : "%s%02d".formatted(system, number);
    }

    /** Java tests by their class's name, the TypeScript client's by their path. */
    private static Set<String> tests() throws IOException {
        Set<String> tests = new TreeSet<>();
        for (String module : List.of("protocol", "persistence", "platform", "it-tests", "deploy/examples/behaviour")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
                tests.addAll(files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith("Test.java"))
                        .map(name -> name.substring(0, name.length() - ".java".length()))
                        .collect(Collectors.toSet()));
            }
        }
        Path client = ROOT.resolve("protocol").resolve("client-ts");
        for (String folder : List.of("test", "browser")) {
            try (Stream<Path> files = Files.walk(client.resolve(folder))) {
                files.map(file -> "client-ts/"
                                + client.relativize(file).toString().replace('\\', '/'))
                        .forEach(tests::add);
            }
        }
        return tests;
    }
}
