package io.millrace.persistence;

/**
 * Names one write: the relay's random id and the number of the write there, rising from 1. A channel remembers the last
 * write of each relay, so that a relay may send a write again without its events being appended twice.
 */
public record WriteId(long writerHigh, long writerLow, long sequence) {}
