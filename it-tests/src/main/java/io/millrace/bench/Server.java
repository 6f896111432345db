package io.millrace.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One of those that are compared.
 *
 * @param name as in the report's columns
 * @param adminPort where the product tells its figures; 0 for the others
 * @param database the database of the product whose raw speed is measured
 */
record Server(String name, Role role, Target target, ProcessGauge gauge, int adminPort, @Nullable Path database) {
    /** What it stands for. */
    enum Role {
        PRODUCT,
        NCHAN,
        /** The cheapest fan-out on this JVM, and the cheapest answer to a publish. */
        FLOOR,
        /** JDBC against the product's own tables, without anything between. */
        DATABASE,
        /** Pekko HTTP with a route that only answers 201. */
        HTTP
    }
}
