package io.millrace.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code jcmd GC.class_histogram}, which collects first: what is alive, to the byte and whatever the collector.
 *
 * @param instances live objects of each class
 * @param bytes of all of them
 */
record ClassHistogram(Map<String, Long> instances, long bytes) {
    /** {@code    1:        123456        7890123  java.lang.String (java.base@17.0.15)} */
    private static final Pattern LINE = Pattern.compile("^\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+)");

    /** Empty where the text holds no line of such a table. */
    static ClassHistogram read(String text) {
        Map<String, Long> instances = new HashMap<>();
        long bytes = 0;
        for (String line : text.split("\n", -1)) {
            Matcher found = LINE.matcher(line);
            if (found.find()) {
                instances.merge(found.group(3), Long.valueOf(found.group(1)), Long::sum);
                bytes += Long.parseLong(found.group(2));
            }
        }
        return new ClassHistogram(instances, bytes);
    }
}
