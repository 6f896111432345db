package io.millrace.platform.presence;

import java.util.List;

/** Somebody on this node who wants to know who is on a channel. Called on another's thread, so it only leaves a note. */
public interface Watcher {

    /** Everybody who is there; comes first, once. */
    void state(List<Here> here, long timeMillis);

    void changed(Change change);
}
