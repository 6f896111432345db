/**
 * A cluster under trial: three node processes and a PostgreSQL, a load that writes down all it was told, a seeded schedule of
 * faults, and checkers that read the account afterwards. Start reading at {@link io.millrace.it.trial.Trial}.
 */
package io.millrace.it.trial;
