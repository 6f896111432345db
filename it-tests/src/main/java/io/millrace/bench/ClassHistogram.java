package io.millrace.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code jcmd GC.class_histogram}: how many live objects each class has. */
final class ClassHistogram {
    /** {@code    1:        123456        7890123  java.lang.String (java.base@17.0.15)} */
    private static final Pattern LINE = Pattern.compile("^\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+(\\S+)");

    private ClassHistogram() {}

    static Map<String, Long> read(String text) {
        Map<String, Long> instances = new HashMap<>();
        text.lines().forEach(line -> {
            Matcher found = LINE.matcher(line);
            if (found.find()) {
                instances.merge(found.group(2), Long.valueOf(found.group(1)), Long::sum);
            }
        });
        return instances;
    }
}
