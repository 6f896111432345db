/**
 * The back doors: events that come out of databases, by an outbox table or as notifications. Each ends in the same publish
 * as every other. Uses {@code relay}, {@code access}, {@code persistence} and {@code protocol}; only {@code boot} uses it.
 */
@NullMarked
package io.millrace.platform.ingest;

import org.jspecify.annotations.NullMarked;
