/**
 * Who in this tab listens to what: puts subscriptions on tracks, asks the hub for each channel once, and hands events to
 * handlers.
 */
import type { Api } from './api';
import type { CursorStore } from './cursors';
import { passes } from './filters';
import { covers, read, write, type Position } from './position';
import { track as newTrack, type Track } from './track';
import type { Handler, MillraceEvent, Release, SubscribeOptions, Subscription } from './types';
import { placeOf, type Told, type Want } from './wire';

/** Where the channels come from: this tab's connection, or another tab's. */
export interface Hub {
  /** Also when what is wanted of the channel has changed. */
  follow(want: Want): void;
  unfollow(channel: string): void;
}

interface Reader {
  track: Track;
  /** The subscriptions that listen along. */
  subs: Set<SubscribeOptions>;
}

interface Entry {
  want: Want;
  /** How far the hub has told. */
  head?: Position;
  /** The first is the one that handlers of the whole client hear. */
  readers: Reader[];
}

export interface Channels {
  on(type: string, handler: Handler): Release;
  subscribe(channel: string, options?: SubscribeOptions): Subscription;
  /** Ends all subscriptions of the channel at once. */
  unsubscribe(channel: string): void;
  tell(told: Told): void;
  wants(): Want[];
  close(): void;
}

const WORDS = {
  reset: 'onReset',
  state: 'onState',
  presence: 'onPresence',
  complete: 'onComplete',
  problem: 'onProblem',
} as const;

/** A handler that fails must not keep events from the others. */
function call(handler: Handler | undefined, event: MillraceEvent): void {
  try {
    handler?.(event.data, event);
  } catch (failure) {
    queueMicrotask(() => {
      throw failure;
    });
  }
}

export function channels(api: Api, cursors: CursorStore, hub: Hub): Channels {
  const entries = new Map<string, Entry>();
  const handlers = new Map<string, Set<Handler>>();

  function emit(entry: Entry, reader: Reader, event: MillraceEvent, over?: boolean): void {
    const word = WORDS[event.type as keyof typeof WORDS];
    if (reader === entry.readers[0]) {
      handlers.get(event.type)?.forEach((handler) => call(handler, event));
      word || handlers.get('*')?.forEach((handler) => call(handler, event));
    }
    reader.subs.forEach((sub) => {
      if (word) {
        call(sub[word], event);
      } else if (entry.want.filters || passes(sub.filters, event)) {
        call(sub.onEvent, event);
      }
    });
    if (over) {
      const { channel } = entry.want;
      entry.readers = entry.readers.filter((each) => each !== reader);
      if (!entry.readers.length && entries.get(channel) === entry) {
        forget(channel, entry);
      }
    }
  }

  function newReader(channel: string, entry: Entry, { from, resume }: SubscribeOptions, first: boolean): Reader {
    // The state is whole in itself: who asks for it needs no place from before.
    const kept = first && resume !== false && from !== 'state' ? cursors.get(channel) : undefined;
    const at = read(kept) ?? (kept ? { epoch: '', offset: 0, id: kept } : read(from));
    const reader: Reader = {
      subs: new Set(),
      track: newTrack({
        channel,
        at,
        from,
        api,
        want: () => entry.want,
        emit: (event, over) => emit(entry, reader, event, over),
        moved: (place) => reader === entry.readers[0] && entries.get(channel) === entry && cursors.set(channel, write(place)),
      }),
    };
    entry.readers.push(reader);
    return reader;
  }

  /** A reader at just the place where the subscription wants to begin, if there is one. */
  function sharable(entry: Entry, from = 'latest'): Reader | undefined {
    return entry.readers.find(({ track }) => track.pending() === from || (from === 'latest' && track.isLive()));
  }

  const subsOf = (entry: Entry): SubscribeOptions[] => entry.readers.flatMap(({ subs }) => [...subs]);

  /** Asks for what the subscriptions together want, where that has changed. */
  function ask(channel: string, entry: Entry, start?: Partial<Want>): void {
    const subs = subsOf(entry);
    const filters = subs[0]?.filters;
    const same = subs.every((sub) => JSON.stringify(sub.filters) === JSON.stringify(filters));
    const presence = subs.some((sub) => sub.presence);
    const want: Want = { channel, ...start, filters: same ? filters : undefined, presence };
    const { want: before } = entry;
    if (start || JSON.stringify([before.filters, before.presence]) !== JSON.stringify([want.filters, presence])) {
      entry.want = start ? want : { ...want, at: entry.head ?? before.at, from: before.from };
      hub.follow(entry.want);
    }
  }

  function subscribe(channel: string, options: SubscribeOptions = {}): Subscription {
    let entry = entries.get(channel);
    const { from } = options;
    if (entry) {
      const reader = sharable(entry, from) ?? newReader(channel, entry, options, false);
      reader.subs.add(options);
      // First, so that what the reader fetches is already what is wanted now.
      ask(channel, entry);
      entry.head && reader.track.hear({ is: 'begin', channel, at: entry.head });
    } else {
      entry = { want: { channel }, readers: [] };
      entries.set(channel, entry);
      const { track, subs } = newReader(channel, entry, options, true);
      subs.add(options);
      ask(channel, entry, { at: track.at(), from: from === 'state' || from === 'latest' ? undefined : from });
    }
    const mine = entry;
    return { channel, unsubscribe: () => leave(channel, mine, options) };
  }

  function leave(channel: string, entry: Entry, options: SubscribeOptions): void {
    entry.readers.forEach(({ subs }) => subs.delete(options));
    // Who comes back at once, as a component does that is mounted anew, goes on with the same stream.
    queueMicrotask(() => {
      if (entries.get(channel) === entry) {
        if (!subsOf(entry).length) {
          forget(channel, entry);
        } else {
          entry.readers.forEach(({ subs, track }, i) => i && !subs.size && track.close());
          entry.readers = entry.readers.filter(({ subs }, i) => !i || subs.size);
          ask(channel, entry);
        }
      }
    });
  }

  function forget(channel: string, entry: Entry): void {
    entries.delete(channel);
    cursors.delete(channel);
    entry.readers.forEach(({ track }) => track.close());
    hub.unfollow(channel);
  }

  /** Readers that have caught up listen along with the first. */
  function join(entry: Entry): void {
    const [first, ...others] = entry.readers as [Reader, ...Reader[]];
    entry.readers = [
      first,
      ...others.filter(({ track, subs }) => {
        const apart = !(first.track.isLive() && track.isLive() && covers(first.track.at(), track.at()) && covers(track.at(), first.track.at()));
        if (!apart) {
          track.close();
          subs.forEach((sub) => first.subs.add(sub));
        }
        return apart;
      }),
    ];
  }

  return {
    on(type, handler) {
      const all = handlers.get(type) ?? new Set();
      handlers.set(type, all.add(handler));
      return () => {
        all.delete(handler) && !all.size && handlers.delete(type);
      };
    },
    subscribe,
    unsubscribe(channel) {
      const entry = entries.get(channel);
      if (entry) {
        forget(channel, entry);
      }
    },
    tell(told) {
      const { channel } = told;
      const entry = entries.get(channel);
      if (!entry) {
        return;
      }
      const head = placeOf(told);
      if (head) {
        entry.head = head;
      }
      entry.readers.slice().forEach(({ track }) => track.hear(told));
      entry.readers.length > 1 && join(entry);
    },
    wants: () => [...entries.values()].map(({ want, readers }) => ({ ...want, at: readers[0]!.track.at() ?? want.at })),
    close() {
      entries.forEach(({ readers }) => readers.forEach(({ track }) => track.close()));
      entries.clear();
    },
  };
}
