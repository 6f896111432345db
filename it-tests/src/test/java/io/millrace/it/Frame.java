package io.millrace.it;

/**
 * One thing a client was told, whatever the transport.
 *
 * @param kind {@code event}, or the control event's name
 * @param id the cursor it came with; empty where none
 * @param type the event's type
 * @param data the event's data, or all members of a control event, as written
 * @param copy all of the frame that must be the same in every copy of it
 */
public record Frame(String kind, String id, String type, String data, String copy) {}
