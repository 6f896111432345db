/** What a line to the server needs and tells, the same for every transport. */
import type { MillraceError } from './problem';
import { read, type Position } from './position';
import type { ClientOptions, Filters, MillraceEvent, Reset } from './types';

/** What somebody wants to hear. */
export interface Want {
  channel: string;
  /** Go on after this place ... */
  at?: Position;
  /** ... or, without one, begin here. */
  from?: string;
  filters?: Filters;
  presence?: boolean;
}

/** What is told of one channel. Plain data, so that it can travel to other tabs. */
export type Told =
  /** The stream goes on after `at`, which is where `asked` says, if it says. */
  | { is: 'begin'; channel: string; at: Position; asked?: string }
  /** Nothing lies between `after` and the event. */
  | { is: 'event'; channel: string; after?: Position; event: MillraceEvent }
  /** Nothing for this subscriber lies between `after` and `at`. */
  | { is: 'move'; channel: string; after?: Position; at: Position }
  | { is: 'reset'; channel: string; reset: Reset }
  | { is: 'says'; channel: string; type: 'presence' | 'complete' | 'problem'; data: any };

export interface Hello {
  heartbeatSeconds?: number;
  userId?: string;
  entityId?: string;
}

/** Why a line ended. */
export interface End {
  error?: MillraceError;
}

/** Who listens to a line. */
export interface Hear {
  up(hello: Hello): void;
  tell(told: Told): void;
  /** Something came, were it only a heartbeat. */
  alive(): void;
  /** The server proposes this first pause, in milliseconds. */
  retry(millis: number): void;
  /** The server is about to close: come back after so many milliseconds. */
  leaving(afterMillis: number): void;
  /** Once, and nothing after it. */
  down(end: End): void;
}

export interface LineNeeds {
  url: string;
  token?: string;
  wants: Want[];
  hear: Hear;
  options: ClientOptions;
  parse: (json: string) => any;
  /**
   * Kept from line to line: the last cursor of a whole set of channels; and what the server said of its session, as long as
   * nothing else is wanted than there.
   */
  group: { key?: string; id?: string; at?: any };
}

/** One connection to the server. */
export interface Line {
  follow(want: Want): void;
  unfollow(channel: string): void;
  /** Makes the server say something, where that is possible. */
  ask?(): void;
  /** In-band where possible. */
  renew(token: string): void;
  /** Says nothing any more. The server is told the code, where that is possible. */
  close(code?: number): void;
}

export type Transport = (needs: LineNeeds) => Line;

/** How far the channel has been told after this. */
export function placeOf(told: Told): Position | undefined {
  if (told.is === 'event') {
    const { epoch, offset, id } = told.event;
    return { epoch, offset, id };
  }
  return told.is === 'reset'
    ? { epoch: told.reset.epoch, offset: told.reset.availableFrom - 1 }
    : told.is === 'says'
      ? undefined
      : told.at;
}

/** The subscription that an event belongs to: a wildcard's events carry its own kind of cursor. */
export const routeOf = ({ channel, id }: { channel: string; id: string }): string =>
  id.startsWith('w1.') ? channel.split(':')[0] + ':*' : channel;

export const isWildcard = (channel: string): boolean => channel.endsWith(':*');

/** An event or a history item of the wire; on a WebSocket the type stands beside `event`. */
export function eventOf(envelope: any, type: string): MillraceEvent {
  const { id, channel, epoch, offset, time, source, data } = envelope;
  return { type, data, channel, id, epoch, offset, time, source };
}

/** The members of a control message of one channel, told. @returns whether it was one */
export function tellControl(type: string, data: any, id: string | undefined, hear: Hear): boolean {
  const channel: string | undefined = data.channel;
  if (type === 'reconnect') {
    hear.leaving(data.afterMillis);
  } else if (channel === undefined) {
    return type === 'heartbeat';
  } else if (type === 'reset') {
    hear.tell({ is: 'reset', channel, reset: data });
  } else if (type === 'cursor') {
    const at = read(data.id ?? id);
    at && hear.tell({ is: 'move', channel, at });
  } else if (type === 'presence' || type === 'complete' || type === 'problem') {
    hear.tell({ is: 'says', channel, type, data });
  } else {
    return false;
  }
  return true;
}

/** Hands on messages in the order they came, though a compressed one takes a moment to open. */
export function inOrder<T>(open: (item: T) => T | Promise<T>, hand: (item: T) => void, failed: () => void): (item: T) => void {
  let queue: Promise<unknown> | undefined;
  return (item) => {
    const opened = queue ? item : open(item);
    if (!queue && !(opened instanceof Promise)) {
      return hand(opened);
    }
    const mine: Promise<unknown> = Promise.resolve(queue)
      .then(() => (opened instanceof Promise ? opened : open(item)))
      .then(hand)
      .catch(failed)
      .then(() => {
        queue = queue === mine ? undefined : queue;
      });
    queue = mine;
  };
}

/** Asked of the server only where it can be opened. */
export const compressQuery = ({ compress }: ClientOptions): [string, string][] =>
  compress && typeof DecompressionStream === 'function' ? [['compress', '' + compress]] : [];
