import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient, memoryCursors, type Client } from '@millrace/client';
import { FakeServer } from './fake-server';

let server: FakeServer;
const clients: Client[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  vi.stubGlobal('indexedDB', new IDBFactory());
  server = new FakeServer();
});
afterEach(() => {
  clients.splice(0).forEach((client) => client.close());
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function page(options = {}): Client {
  const client = createClient({ ...server.options(), cursors: memoryCursors(), ...options });
  clients.push(client);
  return client;
}

/** The database works with the event loop, the client with the clock. */
async function pass(millis: number): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(millis / 20);
  }
}

describe('publish', () => {
  it('gives the receipt, and sends again under the same key what got no answer', async () => {
    const client = page();
    server.blocked.add('publish');
    const receipt = client.publish('a', { type: 't', data: 1 });
    await pass(3000);
    server.blocked.clear();
    await pass(20_000);
    expect(await receipt).toMatchObject({ channel: 'a', offset: 1, duplicate: false });
    expect(await client.publish('a', { type: 't', data: 1, key: 'k' })).toMatchObject({ offset: 2 });
    expect(await client.publish('a', { type: 't', data: 1, key: 'k' })).toMatchObject({ offset: 2, duplicate: true });
    expect(server.keys.size).toBe(2);
  });

  it('keeps the order of one channel, and lets no channel wait for another', async () => {
    const client = page();
    const all = [1, 2, 3, 4].map((n) => client.publish('a', { type: 't', data: n }));
    server.forbidden.add('b');
    const refused = client.publish('b', { type: 't', data: 0 }).catch((error) => error.code);
    await pass(100);
    expect((await Promise.all(all)).map(({ offset }) => offset)).toEqual([1, 2, 3, 4]);
    expect(server.log('a').map(({ data }) => data)).toEqual([1, 2, 3, 4]);
    expect(await refused).toBe('forbidden');
  });

  it('is given up after a while without an outbox', async () => {
    server.blocked.add('all');
    const outcome = page().publish('a', { type: 't', data: 1 }).catch((error) => error);
    await pass(60_000);
    expect(await outcome).toMatchObject({ code: 'network', retry: true });
  });
});

describe('the outbox', () => {
  it('keeps what is published offline over a page reload, and sends it once and in order', async () => {
    server.blocked.add('publish');
    const first = page({ outbox: true });
    [1, 2, 3].forEach((n) => void first.publish('a', { type: 't', data: n }).catch(() => undefined));
    void first.command('a', 'close', { n: 4 });
    await pass(40_000);
    first.close();
    const second = page({ outbox: true });
    await pass(1000);
    server.blocked.clear();
    const receipt = second.publish('a', { type: 't', data: 5 });
    await pass(60_000);
    expect(server.log('a').map(({ data }) => (data as any)?.n ?? data)).toEqual([1, 2, 3, 4, 5]);
    expect(await receipt).toMatchObject({ offset: 5 });
    // Nothing is left.
    second.close();
    const before = server.requests.length;
    page({ outbox: true });
    await pass(10_000);
    expect(server.requests.length).toBe(before);
  });

  it('is bounded', async () => {
    server.blocked.add('publish');
    const client = page({ outbox: { max: 2 } });
    void client.publish('a', { type: 't', data: 1 });
    await pass(10);
    void client.publish('a', { type: 't', data: 2 });
    await pass(10);
    const third = client.publish('a', { type: 't', data: 3 }).catch((error) => error.code);
    await pass(10);
    expect(await third).toBe('outbox-full');
  });

  it('lets go what the server refuses for good', async () => {
    server.forbidden.add('b');
    const client = page({ outbox: true });
    const refused = client.publish('b', { type: 't', data: 0 }).catch((error) => error.code);
    await pass(100);
    expect(await refused).toBe('forbidden');
    const next = client.publish('a', { type: 't', data: 1 });
    await pass(100);
    expect(await next).toMatchObject({ offset: 1 });
  });

  it('of several pages sends each letter once, and tells the page that waits', async () => {
    server.blocked.add('publish');
    const pages = [page({ outbox: true }), page({ outbox: true })];
    const answers = [1, 2, 3, 4].map((n) => pages[n % 2]!.publish('a', { type: 't', data: n }));
    await pass(5_000);
    server.blocked.clear();
    await pass(60_000);
    expect((await Promise.all(answers)).map(({ offset }) => offset).sort()).toEqual([1, 2, 3, 4]);
    expect(server.log('a').length).toBe(4);
  });
});
