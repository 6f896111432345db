/** Where the places are kept so that a page reload goes on from them. */

/** A place of one channel as text, by the channel's name. */
export interface CursorStore {
  get(channel: string): string | undefined;
  set(channel: string, cursor: string): void;
  delete(channel: string): void;
}

/** Places beyond this are forgotten, the longest untouched first. */
const MOST = 500;

/** In memory: for tests, and where there is no storage. */
export function memoryCursors(places = new Map<string, string>()): CursorStore {
  return {
    get: (channel) => places.get(channel),
    set(channel, cursor) {
      places.delete(channel);
      places.set(channel, cursor);
      if (places.size > MOST) {
        places.delete(places.keys().next().value!);
      }
    },
    delete: (channel) => places.delete(channel),
  };
}

/**
 * In the tab's session storage under one key. Written once for all events that come in one piece, before anything else can
 * happen in the tab, so that no reload sees an event again.
 */
export function sessionCursors(key: string, storage: Storage | undefined = tabStorage()): CursorStore {
  if (!storage) {
    return memoryCursors();
  }
  const places = new Map<string, string>();
  try {
    JSON.parse(storage.getItem(key)!).forEach(([channel, place]: [string, string]) => places.set(channel, place));
  } catch {
    // Nothing is kept, or nothing that can be read.
  }
  const memory = memoryCursors(places);
  let dirty = false;
  const save = (): void => {
    if (!dirty) {
      dirty = true;
      queueMicrotask(() => {
        dirty = false;
        try {
          storage.setItem(key, JSON.stringify([...places]));
        } catch {
          // Full or forbidden: a reload begins anew, and says so by beginning live.
        }
      });
    }
  };
  return {
    get: memory.get,
    set(channel, cursor) {
      memory.set(channel, cursor);
      save();
    },
    delete(channel) {
      memory.delete(channel);
      save();
    },
  };
}

function tabStorage(): Storage | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    // Forbidden for this page.
    return undefined;
  }
}
