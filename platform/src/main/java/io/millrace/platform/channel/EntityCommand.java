package io.millrace.platform.channel;

import io.millrace.protocol.JsonData;
import java.time.Instant;

/**
 * A command as a behaviour sees it.
 *
 * @param name what is to be done
 * @param data what with, {@code null} in JSON where the sender gave nothing
 * @param sender the login that sent it
 * @param head the channel's newest offset
 * @param time the time its events will have
 */
public record EntityCommand(String name, JsonData data, String sender, long head, Instant time) {}
