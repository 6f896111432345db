package io.millrace.platform.boot;

/**
 * One thing that is wrong with a configuration.
 *
 * @param line where it stands in {@code place}; 0 where it isn't there
 * @param place the file, or the environment
 * @param what is wrong, and what would be right
 */
record ConfigMistake(String place, int line, String key, String what) {
    @Override
    public String toString() {
        String where = line > 0 ? place + ":" + line : place;
        return key.isEmpty() ? where + ": " + what : where + ": " + key + ": " + what;
    }
}
