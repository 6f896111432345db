/** What the application sees: events, options, answers. */
import type { MillraceError } from './problem';
import type { CursorStore } from './cursors';

/** One event as a handler gets it. Offsets of one channel are 1, 2, 3, … in one epoch. */
export interface MillraceEvent<T = any> {
  readonly type: string;
  readonly data: T;
  readonly channel: string;
  /** The cursor just after this event. Empty on words of the server that move nothing, such as `presence`. */
  readonly id: string;
  readonly epoch: string;
  readonly offset: number;
  /** When the server took it, ISO 8601 in UTC. */
  readonly time?: string;
  /** What it comes from, where its publisher said so. */
  readonly source?: string;
}

/** Handlers get the data first, since most need no more. */
export type Handler<T = any> = (data: T, event: MillraceEvent<T>) => void;

/** Takes back what was asked for; harmless when called again. */
export type Release = () => void;

/** Where a stream could not go on exactly: load the channel's state anew. */
export interface Reset {
  channel: string;
  requested: { epoch: string; offset: number } | null;
  availableFrom: number;
  head: number;
  epoch: string;
  /** `unreadable` is the client's own word: what was missed could not be fetched. */
  reason: 'retention' | 'epoch' | 'future' | 'foreign' | 'malformed' | 'unreadable' | (string & {});
}

/** `error`: refused in a way that trying again won't mend; a new token or `connect()` may. */
export type Status = 'connected' | 'reconnecting' | 'disconnected' | 'error';

export interface StatusDetail {
  status: Status;
  /** The way the events come now. */
  transport?: TransportName;
  /** Attempts since the last good connection. */
  attempt?: number;
  /** Milliseconds until the next attempt. */
  retryIn?: number;
  /** Why the last connection ended or was refused. */
  error?: MillraceError;
  /** Whether another tab holds the connection. */
  shared?: boolean;
  /** Who the server says this login is. */
  userId?: string;
  entityId?: string;
}

export type TransportName = 'websocket' | 'sse' | 'eventsource' | 'longpoll';

/** All that are given must hold. Fields are top-level names of the data, or dotted paths. */
export interface Filters {
  /** Exact, or a prefix and a star. */
  types?: string[];
  sources?: string[];
  min?: Record<string, number>;
  max?: Record<string, number>;
  equals?: Record<string, string | number | boolean | null>;
  prefix?: Record<string, string>;
  /** Same as `min: { amount }`. */
  minAmount?: number;
}

/** `latest`: what comes from now on. `state`: the entity's state as one `state` event, then the changes after it. */
export type From = 'latest' | 'earliest' | 'state' | (string & {});

export interface SubscribeOptions<T = any> {
  /** Where to begin the first time, also a cursor or a time with its zone. A place kept from before wins over it. */
  from?: From;
  filters?: Filters;
  /** Also tells who comes and goes. */
  presence?: boolean;
  /** `false`: begin at `from` even where a page reload has left a place to go on from. */
  resume?: boolean;
  onEvent?: Handler<T>;
  onReset?: Handler<Reset>;
  onState?: Handler;
  onPresence?: Handler<PresenceChange>;
  /** The stream is over: nothing more will come. */
  onComplete?: Handler;
  /** Refused, or ended with a problem. The subscription is over where `problem.retry` is false. */
  onProblem?: Handler<MillraceError>;
}

export interface Subscription {
  readonly channel: string;
  unsubscribe: Release;
}

export interface Draft<T = any> {
  type: string;
  data: T;
  key?: string;
  source?: string;
}

export interface Receipt {
  id: string;
  channel: string;
  offset: number;
  epoch: string;
  duplicate: boolean;
  /** A newer value of the same kind took its place before it was sent to anybody. */
  superseded?: boolean;
}

export interface Commanded extends Receipt {
  command: string;
  commandId?: string;
  firstOffset?: number;
  events: number;
  reply?: any;
}

export interface Present {
  userId: string;
  connections: number;
  since?: string;
  lastSeen?: string;
}

export interface PresenceState {
  channel: string;
  users: Present[];
  count: number;
}

export interface PresenceChange {
  channel: string;
  action: 'join' | 'leave' | 'state';
  userId?: string;
  users?: Present[];
  time?: string;
}

export interface HistoryPage {
  channel: string;
  epoch: string;
  head: number;
  availableFrom: number;
  events: MillraceEvent[];
  next: string;
  reset?: Reset;
  /** The page reaches the end of a stream that has ended ... */
  complete?: boolean;
  /** ... and this is that end, where it is on the page. */
  end?: { type: 'complete' | 'problem'; offset: number; [member: string]: any };
}

export interface ReconnectOptions {
  /** Milliseconds; the first pause is drawn from 0 to this. Default 1,000. */
  base?: number;
  /** Milliseconds; no pause is longer. Default 30,000. */
  cap?: number;
  /** Milliseconds; always this pause instead. */
  delay?: number;
  /** Give up after so many in a row. Default: never. */
  attempts?: number;
}

export interface ClientOptions {
  /** Where the server is, such as `https://events.example.com`. Default: where the page comes from. */
  url?: string;
  /** A valid token; asked again before it expires. Leave it out where a cookie is the login. */
  getToken?: (why: { refused: boolean }) => string | Promise<string>;
  /** In order of preference. Default: websocket, sse, eventsource, longpoll. */
  transports?: TransportName[];
  reconnect?: ReconnectOptions;
  /**
   * One connection for all tabs of this browser that have the same login. `true` wants a token to tell logins apart; with a
   * cookie as the login, name the group yourself, and close the client at logout. Default: true where there is `getToken`.
   */
  tabs?: boolean | string;
  /** Keeps what is published while offline, over page reloads, and sends it in order. Default: off. */
  outbox?: boolean | { max?: number };
  /** Also follow `global`, `user:{id}` and `entity:{id}` of the login. Default: off. */
  own?: boolean;
  /** Where places are kept so that a page reload goes on from them. Default: the tab's session storage. `null`: nowhere. */
  cursors?: CursorStore | null;
  /** Milliseconds until `publish` and `command` give up without an outbox. Default 30,000. */
  publishTimeout?: number;
  /** Ask for messages longer than so many bytes to come compressed. Default: off. */
  compress?: number;
  /** For numbers that JavaScript can't hold. Default: `JSON.parse`. */
  parse?: (json: string) => any;
  /** Default: `include` where there is no `getToken`. */
  credentials?: RequestCredentials;
  fetch?: typeof fetch;
  WebSocket?: typeof WebSocket;
  EventSource?: typeof EventSource;
}
