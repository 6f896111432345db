package io.millrace.platform.relay;

/** Somebody on this node who reads a channel's live list and wants to know when it has grown. */
public interface Listener {

    /** There is more to read. Called on the relay's thread for every listener in turn, so it must only leave a note. */
    void wake();

    /** The relay has failed: nothing more will come from its list, whoever still needs the channel must join anew. */
    void lost();
}
