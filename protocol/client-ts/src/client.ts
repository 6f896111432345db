/** The client: one login's way to the server, for one page. */
import { api as createApi } from './api';
import { channels as createChannels, type Channels, type Hub } from './channels';
import { sessionCursors, memoryCursors } from './cursors';
import { websocket } from './lines/websocket';
import { createLink, type Link, type LoadTransport } from './link';
import type { Outbox } from './outbox';
import type { Tabs } from './tabs';
import { claims, tokens as createTokens } from './tokens';
import type {
  ClientOptions,
  Commanded,
  Draft,
  Handler,
  HistoryPage,
  PresenceState,
  Receipt,
  ReconnectOptions,
  Release,
  StatusDetail,
  SubscribeOptions,
  Subscription,
  TransportName,
} from './types';
import type { HistoryQuery } from './api';

export interface Client {
  readonly status: StatusDetail;
  /** Called at once, and at each change. */
  onStatus(callback: (detail: StatusDetail) => void): Release;
  /**
   * Hears events of this type, or of every type (`*`), from all subscribed channels; also the server's words `reset`, `state`,
   * `presence`, `complete` and `problem`, which `*` doesn't.
   */
  on<T = any>(type: string, handler: Handler<T>): Release;
  /** Follows a channel, and connects where that hasn't been done. */
  subscribe<T = any>(channel: string, options?: SubscribeOptions<T>): Subscription;
  /** Ends every subscription of the channel, and forgets its place. */
  unsubscribe(channel: string): void;
  /** Resolves when the event is stored for good. The same `key` is stored once. */
  publish<T = any>(channel: string, event: Draft<T>): Promise<Receipt>;
  publish(channel: string, events: Draft[], options?: { key?: string }): Promise<Receipt[]>;
  /** Asks the channel's entity to do something. The same `id` is done once. */
  command(
    channel: string,
    name: string,
    data?: unknown,
    options?: { id?: string; expectedOffset?: number },
  ): Promise<Commanded>;
  /** Who is on the channel now. */
  presence(channel: string): Promise<PresenceState>;
  history(channel: string, query?: HistoryQuery): Promise<HistoryPage>;
  /** The entity's state, and the place just after it. */
  state<T = any>(channel: string): Promise<{ channel: string; epoch: string; offset: number; id: string; data: T }>;
  /** Connects until what it returns is called; several callers share. */
  connect(): Release;
  /** Changes how it comes back, from the next attempt on. */
  configure(reconnect: ReconnectOptions): void;
  /** For good. */
  close(): void;
}

/** A key that nobody else has. */
export const newKey = (): string => Array.from(crypto.getRandomValues(new Uint32Array(5)), (part) => part.toString(36)).join('-');

/** Connects at the first `subscribe`, `connect` or `own`; publishing needs no connection. */
export function createClient(given: ClientOptions = {}): Client {
  const options = { credentials: given.getToken ? 'same-origin' : 'include', ...given } as ClientOptions;
  const url = (options.url ?? '').replace(/\/+$/, '') || globalThis.location?.origin || '';
  const parse = options.parse ?? JSON.parse;
  const name = `millrace:${url}:${typeof options.tabs === 'string' ? options.tabs : ''}`;
  const reconnect = { ...options.reconnect };
  const tokens = createTokens(options.getToken);
  const api = createApi(url, tokens, options, parse);
  const cursors = options.cursors ?? (options.cursors === null ? memoryCursors() : sessionCursors(name));
  const watchers = new Set<(detail: StatusDetail) => void>();
  let detail: StatusDetail = { status: 'disconnected' };
  let users = 0;
  let running = false;
  let paused = false;
  let closed = false;
  let tabs: Tabs | undefined;

  // Only what nearly every page needs is in the first file; the rest is loaded when it is needed.
  const ways: Record<TransportName, [unknown, LoadTransport]> = {
    websocket: [options.WebSocket ?? globalThis.WebSocket, async () => websocket],
    sse: [globalThis.ReadableStream, () => import('./lines/sse').then(({ sse }) => sse(api))],
    eventsource: [options.EventSource ?? globalThis.EventSource, () => import('./lines/sse').then(({ native }) => native(api))],
    longpoll: [true, () => import('./lines/longpoll').then(({ longpoll }) => longpoll(api))],
  };
  const wanted = options.transports ?? (Object.keys(ways) as TransportName[]);

  const hub: Hub = {
    follow: (want) => (tabs ?? link).follow(want),
    unfollow: (channel) => (tabs ?? link).unfollow(channel),
  };
  const all: Channels = createChannels(api, cursors, hub);
  const link: Link = createLink({
    url,
    options: { ...options, reconnect },
    tokens,
    parse,
    transports: wanted.filter((way) => ways[way][0]).map((way) => [way, ways[way][1]]),
    tell: (told) => (tabs ? tabs.spread(told) : all.tell(told)),
    status: (now) => (tabs ? tabs.spreadStatus(now) : setStatus(now)),
  });

  let ownUser: string | undefined;

  function setStatus(now: StatusDetail): void {
    detail = now;
    const { status, userId, entityId } = now;
    if (options.own && status === 'connected' && userId && userId !== ownUser) {
      ownUser = userId;
      ['global', 'user:' + userId, ...(entityId ? ['entity:' + entityId] : [])].forEach((channel) => all.subscribe(channel));
    }
    [...watchers].forEach((watcher) => watcher(now));
  }

  const canShare = (): boolean =>
    !!globalThis.document && typeof BroadcastChannel === 'function' && !!globalThis.navigator?.locks;

  /** The name of all tabs with this login; undefined where there is no sharing. */
  async function groupName(): Promise<string | undefined> {
    if (options.tabs === false || !canShare()) {
      return undefined;
    }
    if (typeof options.tabs === 'string') {
      return name;
    }
    const token = await tokens.get().catch(() => undefined);
    const { iat, exp, nbf, jti, ...login } = (token && claims(token)) || {};
    // Tabs share what one login may hear: whatever else the token says must be the same.
    return login.sub ? name + JSON.stringify(login) : undefined;
  }

  async function run(): Promise<void> {
    if (running || paused || closed) {
      return;
    }
    running = true;
    setStatus({ status: 'reconnecting' });
    const group = await groupName();
    if (!running || paused || closed) {
      return;
    }
    if (group) {
      const { createTabs } = await import('./tabs');
      if (running && !paused && !closed) {
        tabs ??= createTabs({ name: group, tab: newKey(), link, wants: all.wants, tell: all.tell, status: setStatus });
      }
    } else {
      link.start();
    }
  }

  function halt(): void {
    running = false;
    tabs?.close();
    tabs = undefined;
    link.stop();
    setStatus({ status: 'disconnected' });
  }

  function resume(): void {
    paused = false;
    if (users && !running) {
      // What was wanted meanwhile, from the places where this page stands.
      link.forget();
      all.wants().forEach((want) => link.follow(want));
      run();
    }
  }

  function connect(): Release {
    users++;
    let mine = true;
    if (running && detail.status !== 'connected' && detail.status !== 'reconnecting') {
      link.start();
    }
    run();
    return () => {
      if (mine) {
        mine = false;
        users--;
        queueMicrotask(() => users || !running || halt());
      }
    };
  }

  let box: Outbox | undefined;
  let boxing: Promise<Outbox> | undefined;
  function outbox(): Promise<Outbox> {
    return (boxing ??= import('./outbox').then(({ openOutbox }) => (box = openOutbox(api, name, options))));
  }

  const page: Window | undefined = globalThis.document && globalThis.window;
  /** The network may be back, or somebody looks again: don't wait any longer. */
  const wake = (): void => {
    link.wake();
    box?.wake();
  };
  const listeners: [string, () => void, EventTarget?][] = [
    ['online', wake],
    ['visibilitychange', wake, globalThis.document],
    ['offline', link.sleep],
    ['pagehide', () => ((paused = true), running && halt())],
    ['pageshow', () => paused && resume()],
  ];
  const over = new AbortController();
  page && listeners.forEach(([type, listener, target = page]) => target.addEventListener(type, listener, over));

  let retained: Release | undefined;
  /** A client that was never told to connect does so by itself at the first subscription. */
  const connectItself = (): void => {
    if (!users && !closed) {
      retained ??= connect();
    }
  };
  options.own && connectItself();
  // At once, since it must be there when the network isn't.
  options.outbox && outbox();

  return {
    get status() {
      return detail;
    },
    onStatus(callback) {
      watchers.add(callback);
      callback(detail);
      return () => {
        watchers.delete(callback);
      };
    },
    on: all.on,
    subscribe(channel, options) {
      connectItself();
      return all.subscribe(channel, options);
    },
    unsubscribe: all.unsubscribe,
    async publish(channel: string, event: Draft | Draft[], { key }: { key?: string } = {}): Promise<any> {
      const own = (Array.isArray(event) ? key : event.key) ?? newKey();
      return (await outbox()).send({ key: own, channel, path: 'events', body: JSON.stringify(event) });
    },
    async command(channel, command, data, { id = newKey(), expectedOffset } = {}) {
      const path = 'commands/' + encodeURIComponent(command);
      return (await outbox()).send({ key: id, channel, path, body: JSON.stringify({ data, id, expectedOffset }) });
    },
    presence: (channel) => api.request(channel, 'presence'),
    history: (channel, query) => api.history(channel, query),
    state: (channel) => api.request(channel, 'state'),
    connect,
    configure: (changes) => void Object.assign(reconnect, changes),
    close() {
      closed = true;
      halt();
      all.close();
      box?.close();
      watchers.clear();
      over.abort();
    },
  };
}
