/** A server in memory that speaks the wire of PROTOCOL.md, and that can be cut, blocked and made to fail. */
import type { ClientOptions } from '../src/types';

export interface Stored {
  id: string;
  channel: string;
  offset: number;
  epoch: string;
  type: string;
  time: string;
  data: unknown;
}

type Cut = () => void;

export const random = (seed: number) => () => {
  // Mulberry32.
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

export class FakeServer {
  epoch = 'aaaaaaaa';
  readonly logs = new Map<string, Stored[]>();
  readonly keys = new Map<string, Stored>();
  /** The oldest offset kept. */
  readonly kept = new Map<string, number>();
  readonly lines = new Set<Cut>();
  readonly requests: string[] = [];
  readonly blocked = new Set<'websocket' | 'sse' | 'history' | 'publish' | 'all'>();
  readonly forbidden = new Set<string>();
  readonly listeners = new Set<(event: Stored) => void>();
  readonly followed = new Set<Map<string, number>>();
  /** Lines that are open say nothing. */
  silent = false;
  /** Sessions by their secret: what they follow. Where null, the server keeps none. */
  sessions: Map<string, Map<string, number>> | null = null;
  readonly said: string[] = [];
  readonly sockets = new Set<(message: object) => void>();
  token?: string;
  heartbeatSeconds = 15;
  heartbeats = true;

  log(channel: string): Stored[] {
    let log = this.logs.get(channel);
    if (!log) {
      this.logs.set(channel, (log = []));
    }
    return log;
  }

  publish(channel: string, type: string, data: unknown): Stored {
    const log = this.log(channel);
    const offset = log.length + 1;
    const event = { id: this.id(offset), channel, offset, epoch: this.epoch, type, time: new Date().toISOString(), data };
    log.push(event);
    [...this.listeners].forEach((listener) => listener(event));
    return event;
  }

  id = (offset: number): string => `${this.epoch}.${offset}.xxxxxyyyy`;

  availableFrom = (channel: string): number => this.kept.get(channel) ?? 1;

  /** What WebSockets follow. */
  follows(): string[] {
    return [...this.followed].flatMap((follows) => [...follows.keys()]);
  }

  /** A word to every WebSocket. */
  say(message: object): void {
    this.sockets.forEach((say) => say(message));
  }

  cut(): void {
    [...this.lines].forEach((line) => line());
  }

  /** Where a reader that asks so begins, and the reset it must hear. */
  begin(channel: string, from: string | undefined): { offset: number; reset?: object } {
    const head = this.log(channel).length;
    const availableFrom = this.availableFrom(channel);
    if (!from || from === 'latest') {
      return { offset: head };
    }
    if (from === 'earliest') {
      return { offset: availableFrom - 1 };
    }
    const [epoch, text] = from.split('.');
    const offset = Number(text);
    const reason = epoch !== this.epoch ? 'epoch' : offset > head ? 'future' : offset + 1 < availableFrom ? 'retention' : '';
    const reset = { channel, requested: { epoch, offset }, availableFrom, head, epoch: this.epoch, reason };
    return reason ? { offset: availableFrom - 1, reset } : { offset };
  }

  options(): ClientOptions {
    return {
      url: 'http://server',
      fetch: ((address: string, init: RequestInit) => this.fetch(address, init)) as typeof fetch,
      WebSocket: socketClass(this),
    };
  }

  private async fetch(address: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address);
    this.requests.push(`${init.method ?? 'GET'} ${url.pathname}${url.search}`);
    const [, , , name = '', what = ''] = url.pathname.split('/');
    const channel = decodeURIComponent(name);
    const kind = url.pathname === '/v1/events' ? 'sse' : init.method === 'POST' ? 'publish' : 'history';
    await Promise.resolve();
    if (this.blocked.has(kind) || this.blocked.has('all')) {
      throw new TypeError('fetch failed');
    }
    if (this.token && new Headers(init.headers).get('Authorization') !== 'Bearer ' + this.token) {
      return problem(401, 'token-expired', 4502, false);
    }
    if (kind === 'sse') {
      return this.stream(url, new Headers(init.headers), init.signal!);
    }
    if (this.forbidden.has(channel)) {
      return problem(403, 'forbidden', 4503, false);
    }
    return kind === 'publish' ? this.post(channel, what, init) : this.history(channel, url);
  }

  private post(channel: string, what: string, init: RequestInit): Response {
    const key = new Headers(init.headers).get('Idempotency-Key')!;
    const body = JSON.parse(init.body as string);
    const before = this.keys.get(key);
    const event = before ?? this.publish(channel, body.type ?? what, body.data);
    this.keys.set(key, event);
    const { id, offset, epoch } = event;
    return Response.json({ id, channel, offset, epoch, duplicate: !!before }, { status: 201 });
  }

  private async history(channel: string, url: URL): Promise<Response> {
    const after = url.searchParams.get('after');
    const from = after && /^\d+$/.test(after) ? this.id(+after) : after;
    const { offset, reset } = this.begin(channel, from ?? 'earliest');
    const wait = +(url.searchParams.get('wait') ?? 0);
    if (wait && !reset && offset === this.log(channel).length) {
      await new Promise<void>((resolve, reject) => {
        const done = (): void => {
          this.listeners.delete(news);
          this.lines.delete(cut);
          clearTimeout(timer);
          resolve();
        };
        const cut = (): void => (reject(new TypeError('terminated')), done());
        const news = (event: Stored): void => void (event.channel === channel && done());
        const timer = setTimeout(done, 1000 * wait);
        this.listeners.add(news);
        this.lines.add(cut);
      });
    }
    const limit = +(url.searchParams.get('limit') ?? 100);
    const log = this.log(channel);
    const events = log.slice(offset, offset + limit);
    const next = this.id(events.at(-1)?.offset ?? offset);
    const { epoch } = this;
    return Response.json({ channel, epoch, head: log.length, availableFrom: this.availableFrom(channel), events, next, reset });
  }

  private stream(url: URL, headers: Headers, signal: AbortSignal): Response {
    const names = url.searchParams.getAll('channel');
    if (names.some((name) => this.forbidden.has(name))) {
      return problem(403, 'forbidden', 4503, false);
    }
    const last = headers.get('Last-Event-ID');
    const group: Record<string, string> = last?.startsWith('m1.') ? JSON.parse(atob(last.slice(3))) : {};
    const places = new Map<string, number>();
    const encoder = new TextEncoder();
    let out!: ReadableStreamDefaultController;
    const body = new ReadableStream({ start: (controller) => void (out = controller) });
    const write = (text: string): void => out.enqueue(encoder.encode(text));
    const cursor = (): string =>
      names.length === 1
        ? this.id(places.get(names[0]!)!)
        : 'm1.' + btoa(JSON.stringify(Object.fromEntries(names.map((name) => [name, this.id(places.get(name)!)]))));
    const block = (type: string, data: unknown, id?: string): void =>
      write(`${id ? `id: ${id}\n` : ''}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
    write('retry: 2000\n\n');
    const standings = names.map((channel) => {
      const { offset, reset } = this.begin(channel, group[channel] ?? last ?? url.searchParams.get('from') ?? undefined);
      places.set(channel, offset);
      reset && block('reset', reset);
      return { channel, head: this.log(channel).length, availableFrom: this.availableFrom(channel), from: offset };
    });
    block('connected', { connectionId: 'c', userId: 'u', channels: standings, epoch: this.epoch, heartbeatSeconds: this.heartbeatSeconds }, cursor());
    const drain = (): void =>
      names.forEach((name) => {
        for (const event of this.log(name).slice(places.get(name))) {
          places.set(name, event.offset);
          const { type, ...envelope } = event;
          block(type, envelope, cursor());
        }
      });
    drain();
    const beat = setInterval(() => this.heartbeats && write(':\n\n'), 1000 * this.heartbeatSeconds);
    const end = (act: () => void): void => {
      clearInterval(beat);
      this.listeners.delete(drain);
      this.lines.delete(cut);
      act();
    };
    const cut = (): void => end(() => out.error(new TypeError('terminated')));
    signal.addEventListener('abort', () => end(() => undefined));
    this.listeners.add(drain);
    this.lines.add(cut);
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  }
}

const problem = (status: number, code: string, number: number, retry: boolean): Response =>
  Response.json({ code, number, retry, status, detail: code }, { status });

/** A WebSocket that talks to the server without a network. */
function socketClass(server: FakeServer): typeof WebSocket {
  return class {
    onopen?: () => void;
    onmessage?: (event: { data: string }) => void;
    onclose?: (event: { code: number; reason: string }) => void;
    private readonly follows = new Map<string, number>();
    private open = true;
    private login: string | undefined;

    constructor(readonly url: string) {
      queueMicrotask(() => {
        if (server.blocked.has('websocket') || server.blocked.has('all')) {
          this.cut(1006);
        } else if (this.open) {
          server.lines.add(this.cut);
          server.listeners.add(this.drain);
          server.sockets.add(this.say);
          server.followed.add(this.follows);
          this.onopen?.();
          server.token || this.hello();
        }
      });
    }

    private readonly cut = (code = 1006, reason = ''): void => {
      if (this.open) {
        this.forget();
        this.onclose?.({ code, reason });
      }
    };

    private forget(): void {
      this.open = false;
      server.lines.delete(this.cut);
      server.listeners.delete(this.drain);
      server.sockets.delete(this.say);
      server.followed.delete(this.follows);
    }

    close(): void {
      this.forget();
    }

    private hello(): void {
      const secret = 's' + server.sessions?.size;
      server.sessions?.set(secret, this.follows);
      const session = server.sessions ? { secret, seconds: 120 } : undefined;
      this.say({ type: 'connected', connectionId: 'c', userId: 'u', channels: [], epoch: server.epoch, heartbeatSeconds: 25, session });
    }

    private readonly say = (message: object): void => {
      this.open && !server.silent && this.onmessage?.({ data: JSON.stringify(message) });
    };

    private readonly drain = (): void =>
      this.follows.forEach((place, channel) => {
        for (const { type, ...event } of server.log(channel).slice(place)) {
          this.follows.set(channel, event.offset);
          this.say({ type: 'event', ...event, event: type });
        }
      });

    send(text: string): void {
      const { type, ref, channel, from, token, secret } = JSON.parse(text);
      server.said.push(type);
      queueMicrotask(() => {
        if (!this.open) {
          return;
        }
        const session = server.sessions?.get(secret);
        if (type === 'resume' && !session) {
          this.say({ type: 'problem', ref, code: 'session-unknown', number: 4010, retry: true, detail: 'gone' });
        } else if (type === 'resume') {
          server.sessions!.delete(secret);
          server.token && (this.login = server.token);
          server.token && this.hello();
          this.say({ type: 'resumed', ref, userId: 'u', channels: [...session!.keys()] });
          session!.forEach((begun, name) => {
            const { offset } = server.begin(name, from[name] ?? server.id(begun));
            this.follows.set(name, offset);
            this.say({ type: 'subscribed', ref, channel: name, id: server.id(offset), epoch: server.epoch, head: server.log(name).length, availableFrom: 1 });
          });
          this.drain();
        } else if (type === 'authenticate') {
          if (token !== server.token) {
            this.say({ type: 'problem', ref, code: 'token-expired', number: 4502, retry: false, detail: 'expired' });
            this.cut(4502, 'token-expired');
          } else {
            const first = !this.login;
            this.login = token;
            this.say({ type: 'authenticated', ref, userId: 'u' });
            first && this.hello();
          }
        } else if (type === 'subscribe' && server.forbidden.has(channel)) {
          this.say({ type: 'problem', ref, code: 'forbidden', number: 4503, retry: false, detail: 'no' });
        } else if (type === 'subscribe' && this.follows.has(channel)) {
          this.say({ type: 'problem', ref, code: 'invalid-message', number: 4612, retry: false, detail: 'already subscribed' });
        } else if (type === 'subscribe') {
          const { offset, reset } = server.begin(channel, from);
          reset && this.say({ type: 'reset', ...reset });
          this.follows.set(channel, offset);
          this.say({
            type: 'subscribed',
            ref,
            channel,
            id: server.id(offset),
            epoch: server.epoch,
            head: server.log(channel).length,
            availableFrom: server.availableFrom(channel),
          });
          this.drain();
        } else if (type === 'unsubscribe') {
          this.follows.delete(channel);
          this.say({ type: 'unsubscribed', ref, channel });
        } else if (type === 'ping') {
          server.heartbeats && this.say({ type: 'pong', ref });
        }
      });
    }
  } as unknown as typeof WebSocket;
}
