import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient, memoryCursors, type Client } from '@millrace/client';
import { FakeServer } from './fake-server';

/** Web Locks as far as tabs need them: exclusive, queued, stolen, aborted. */
class Locks {
  private readonly held = new Map<string, { take(): void; steal(): void }[]>();

  request(name: string, ...rest: any[]): Promise<unknown> {
    const act = rest.pop();
    const { steal, signal } = rest[0] ?? {};
    const queue = this.held.get(name) ?? [];
    this.held.set(name, queue);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        const i = queue.indexOf(entry);
        queue.splice(i, 1);
        i || queue[0]?.take();
      };
      const entry = {
        take: () => void Promise.resolve(act({ name })).then((value) => (queue.includes(entry) && leave(), resolve(value))),
        steal: () => reject(new DOMException('stolen', 'AbortError')),
      };
      signal?.addEventListener('abort', () => queue.indexOf(entry) > 0 && (leave(), reject(signal.reason)));
      if (steal && queue.length) {
        queue.shift()!.steal();
        queue.unshift(entry);
        entry.take();
      } else {
        queue.push(entry);
        queue[0] === entry && queueMicrotask(entry.take);
      }
    });
  }
}

/** Tells all others of its name, a moment later. */
class Air {
  static readonly all = new Set<Air>();
  static deaf = new Set<Air>();
  onmessage?: (event: { data: unknown }) => void;

  constructor(readonly name: string) {
    Air.all.add(this);
  }

  postMessage(data: unknown): void {
    const copy = structuredClone(data);
    [...Air.all].filter((other) => other !== this && other.name === this.name).forEach((other) =>
      queueMicrotask(() => Air.all.has(other) && !Air.deaf.has(other) && other.onmessage?.({ data: copy })),
    );
  }

  close(): void {
    Air.all.delete(this);
  }
}

let server: FakeServer;
const tabs: Client[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  Air.all.clear();
  Air.deaf.clear();
  vi.stubGlobal('BroadcastChannel', Air);
  vi.stubGlobal('navigator', { locks: new Locks() });
  const nobody = { addEventListener: () => undefined, removeEventListener: () => undefined };
  vi.stubGlobal('document', { ...nobody, visibilityState: 'visible' });
  vi.stubGlobal('window', nobody);
  server = new FakeServer();
});
afterEach(() => {
  tabs.splice(0).forEach((tab) => tab.close());
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const pass = (millis: number) => vi.advanceTimersByTimeAsync(millis);

function tab(heard: unknown[], channels = ['a'], subscription = {}): Client {
  const client = createClient({ ...server.options(), cursors: memoryCursors(), tabs: 'me', reconnect: { delay: 100 } });
  channels.forEach((channel) => client.subscribe(channel, { ...subscription, onEvent: (_, { offset }) => heard.push(offset) }));
  tabs.push(client);
  return client;
}

describe('tabs', () => {
  it('share one line, and go on when the one that has it is closed', async () => {
    const heard: number[][] = [[], [], []];
    for (const list of heard) {
      tab(list);
      await pass(10);
    }
    expect(server.lines.size).toBe(1);
    expect(tabs.map(({ status }) => [status.status, !!status.shared])).toEqual([
      ['connected', false],
      ['connected', true],
      ['connected', true],
    ]);
    server.publish('a', 't', 1);
    await pass(10);
    tabs[0]!.close();
    server.publish('a', 't', 2);
    await pass(500);
    server.publish('a', 't', 3);
    await pass(10);
    expect(heard).toEqual([[1], [1, 2, 3], [1, 2, 3]]);
    expect(server.lines.size).toBe(1);
    expect(tabs[1]!.status).toMatchObject({ status: 'connected', transport: 'websocket' });
  });

  it('fetch what they were not told', async () => {
    const heard: number[][] = [[], []];
    tab(heard[0]!);
    await pass(10);
    tab(heard[1]!);
    await pass(10);
    const airs = [...Air.all];
    server.publish('a', 't', 1);
    await pass(10);
    Air.deaf.add(airs[1]!);
    server.publish('a', 't', 2);
    server.publish('a', 't', 3);
    await pass(10);
    Air.deaf.clear();
    server.publish('a', 't', 4);
    await pass(10);
    expect(heard).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
  });

  it('hear from where they ask, and follow only what one of them wants', async () => {
    [1, 2, 3].forEach((n) => server.publish('a', 't', n));
    const early: number[] = [];
    const late: number[] = [];
    tab(early);
    await pass(10);
    const second = tab(late, ['a', 'b'], { from: 'earliest' });
    await pass(10);
    server.publish('a', 't', 4);
    await pass(10);
    expect(early).toEqual([4]);
    expect(late).toEqual([1, 2, 3, 4]);
    second.close();
    await pass(10);
    expect(server.follows()).toEqual(['a']);
  });

  it('take the line from a leader that is frozen', async () => {
    const heard: number[][] = [[], []];
    tab(heard[0]!);
    await pass(10);
    tab(heard[1]!);
    await pass(10);
    Air.deaf.add([...Air.all][0]!);
    server.silent = true;
    server.publish('a', 't', 1);
    await pass(60_000);
    server.silent = false;
    server.publish('a', 't', 2);
    await pass(1_000);
    expect(heard[1]).toEqual([1, 2]);
    expect(tabs[1]!.status.shared).toBeFalsy();
  });
});
