package io.millrace.platform.ops;

/** A node's leaving, as an operator starts and watches it. */
public interface Departure {

    /** Has the node drain and stop. Returns at once; a second call changes nothing. */
    void begin();

    Progress progress();

    /**
     * @param connections how many there were when the node began to leave
     * @param left how many there are now
     */
    record Progress(boolean leaving, int connections, int left) {}
}
