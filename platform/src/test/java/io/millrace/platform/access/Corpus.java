package io.millrace.platform.access;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The files of one folder of bad input. */
final class Corpus {
    private Corpus() {}

    static List<Path> files(String folder) throws IOException {
        URL url = Objects.requireNonNull(Corpus.class.getResource("/bad/" + folder));
        try (Stream<Path> files = Files.list(Path.of(url.toURI()))) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }
}
