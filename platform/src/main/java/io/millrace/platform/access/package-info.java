/**
 * Who may say or hear what: token in, grants out. {@link io.millrace.platform.access.TokenVerifier} turns a token into a
 * {@link io.millrace.platform.access.Login}, {@link io.millrace.platform.access.Access} is the one decision function for
 * every way in, live and on replay, {@link io.millrace.platform.access.Origins} says which web pages may call. Uses
 * {@code protocol}; is used by the edge, connections, the back doors and the console.
 */
@NullMarked
package io.millrace.platform.access;

import org.jspecify.annotations.NullMarked;
