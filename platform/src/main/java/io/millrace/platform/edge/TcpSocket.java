package io.millrace.platform.edge;

import java.net.InetSocketAddress;
import java.nio.channels.WritableByteChannel;
import org.apache.pekko.actor.ActorRef;

/**
 * An accepted connection.
 *
 * @param actor owns the socket: reads, waits for the kernel, closes
 * @param channel takes at once what the kernel has room for; to be written to only while the actor has no write under way
 */
record TcpSocket(ActorRef actor, WritableByteChannel channel, InetSocketAddress peer) {}
