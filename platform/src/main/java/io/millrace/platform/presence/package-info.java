/**
 * Who is here: on a channel, and how often. In memory only, counted by one entity for each channel and for each user, told
 * by every node. Uses {@code access}, {@code family} and {@code protocol}.
 */
@NullMarked
package io.millrace.platform.presence;

import org.jspecify.annotations.NullMarked;
