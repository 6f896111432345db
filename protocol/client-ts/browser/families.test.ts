/** What families promise, through the client in a real browser: whole families, presence, commands, batches, compression. */
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { chromiumPath, heard, Pages, placed } from './pages';
import { Product } from './product';
import { CutProxy } from './proxy';

const CONFIG = fileURLToPath(new URL('families.conf', import.meta.url));

describe.skipIf(!chromiumPath)('families', () => {
  let pages: Pages;
  let product: Product;
  let proxy: CutProxy;
  let context: BrowserContext;
  let page: Page;
  /** What WebSockets and event streams of the page were told, as it was sent. */
  let told: string[];
  let count = 0;

  beforeAll(async () => {
    pages = await Pages.start();
    product = await Product.start(pages.origin, '--config', CONFIG);
    proxy = await CutProxy.start(product.port);
  });
  afterAll(async () => {
    await pages?.close();
    await proxy?.close();
    await product?.close();
  });
  beforeEach(async () => {
    count++;
    told = [];
    context = await pages.context();
    page = await open();
  });
  afterEach(() => context.close());

  const ACTS = ['subscribe', 'publish', 'history', 'presence', 'command'];
  const open = async (user = 'ann'): Promise<Page> => {
    const opened = await pages.open(context, () => product.token(600, { sub: user, millrace: { grants: [{ channels: '*', acts: ACTS }] } }));
    opened.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => void told.push(`${payload}`)));
    return opened;
  };
  const start = (on: Page, channels: string[], subscription: object = {}, options: object = {}): Promise<void> =>
    on.evaluate(([o, c, s]) => (window as any).start(o, c, s), [{ url: proxy.url, tabs: false, ...options }, channels, subscription] as const);
  /** What the client answers, or the code of its refusal. */
  const ask = (on: Page, act: string, ...words: unknown[]): Promise<any> =>
    on.evaluate(([a, w]) => (window as any).client[a](...w).catch((error: any) => error.code), [act, words] as const);

  it.for(['websocket', 'sse'])('%s: hears a whole family, each event once, over a line that is cut', async (transport) => {
    await start(page, ['jobs:*'], {}, { transports: [transport] });
    await placed(page, 'jobs:*');
    const names = [1, 2, 3].map((n) => `jobs:${count}-${n}`);
    for (let i = 0; i < 6; i++) {
      await Promise.all(names.map((name) => product.publish(name, i)));
      i === 2 && proxy.cut();
    }
    await expect.poll(async () => (await heard(page)).length, { timeout: 20_000 }).toBe(18);
    const all = await heard(page);
    names.forEach((name) => expect(all.filter((each) => each.startsWith(name + ':'))).toEqual([1, 2, 3, 4, 5, 6].map((n) => `${name}:${n}`)));
  });

  it('tells who is here, who comes and who goes', async () => {
    const room = `room:${count}`;
    await start(page, []);
    await page.evaluate(
      ([name]) =>
        (window as any).client.subscribe(name, {
          presence: true,
          onPresence: ({ action, userId, users }: any) => (window as any).heard.push(`${action} ${userId ?? users.map((each: any) => each.userId)}`),
        }),
      [room] as const,
    );
    await expect.poll(() => heard(page), { timeout: 10_000 }).toContain('state ann');
    const other = await open('bob');
    await start(other, [room]);
    await expect.poll(() => heard(page), { timeout: 10_000 }).toContain('join bob');
    expect((await ask(page, 'presence', room)).users.map(({ userId }: any) => userId).sort()).toEqual(['ann', 'bob']);
    await other.close();
    await expect.poll(() => heard(page), { timeout: 10_000 }).toContain('leave bob');
    expect((await ask(page, 'presence', room)).count).toBe(1);
  });

  it('commands a channel of values: once by its id, at the place that is expected, and with its state', async () => {
    const board = `board:${count}`;
    await start(page, []);
    const lamp = { key: 'lamp', value: 'on' };
    expect(await ask(page, 'command', board, 'set', lamp, { id: 'c-1' })).toMatchObject({ command: 'set', offset: 1, events: 1, duplicate: false });
    expect(await ask(page, 'command', board, 'set', lamp, { id: 'c-1' })).toMatchObject({ offset: 1, duplicate: true });
    expect(await ask(page, 'command', board, 'set', { key: 'lamp', value: 'off' }, { id: 'c-1' })).toBe('idempotency-conflict');
    expect(await ask(page, 'command', board, 'set', { key: 'fan', value: 1 }, { expectedOffset: 7 })).toBe('offset-conflict');
    expect(await ask(page, 'command', board, 'explode')).toBe('unknown-command');
    expect(await ask(page, 'command', board, 'set', { key: '' })).toBe('command-refused');
    expect(await ask(page, 'command', 'plain:1', 'set', lamp)).toBe('unknown-command');
    expect(await ask(page, 'state', board)).toMatchObject({ offset: 1, data: { lamp: 'on' } });
    await page.evaluate(
      ([name]) =>
        (window as any).client.subscribe(name, {
          from: 'state',
          onState: (state: any) => (window as any).heard.push(JSON.stringify(state)),
          onEvent: (data: any, { type, offset }: any) => (window as any).heard.push(`${type} ${offset} ${data.value}`),
        }),
      [board] as const,
    );
    await expect.poll(() => heard(page)).toEqual(['{"lamp":"on"}']);
    await ask(page, 'command', board, 'set', { key: 'lamp', value: 'dim' });
    await expect.poll(() => heard(page)).toEqual(['{"lamp":"on"}', 'value.set 2 dim']);
  });

  it('commands a document', async () => {
    const doc = `doc:${count}`;
    await start(page, []);
    await ask(page, 'command', doc, 'put', { title: 'a', tags: [1] });
    expect(await ask(page, 'command', doc, 'patch', { title: 'b', more: true })).toMatchObject({ offset: 2 });
    expect((await ask(page, 'state', doc)).data).toEqual({ title: 'b', tags: [1], more: true });
  });

  it.for(['websocket', 'sse'])('%s: opens batches', async (transport) => {
    const burst = `burst:${count}`;
    await start(page, [burst], {}, { transports: [transport] });
    await placed(page, burst);
    for (let i = 0; i < 20; i++) {
      await product.publish(burst, i);
    }
    await expect.poll(async () => (await heard(page)).length, { timeout: 20_000 }).toBe(20);
    expect(await heard(page)).toEqual(Array.from({ length: 20 }, (_, i) => `${burst}:${i + 1}`));
    transport === 'websocket' && expect(told.some((text) => text.startsWith('{"type":"batch"'))).toBe(true);
  });

  it.for(['websocket', 'sse'])('%s: opens what comes compressed', async (transport) => {
    const channel = `long:${count}`;
    await start(page, [], {}, { transports: [transport], compress: 500 });
    await page.evaluate(
      ([name]) => (window as any).client.subscribe(name, { onEvent: (data: any) => (window as any).heard.push(data) }),
      [channel] as const,
    );
    await placed(page, channel);
    const long = 'ä🐎 '.repeat(2000);
    await product.publish(channel, long, 'short');
    await expect.poll(() => heard(page), { timeout: 20_000 }).toEqual([long, 'short']);
    transport === 'websocket' && expect(told.some((text) => text.startsWith('{"type":"compressed"'))).toBe(true);
  });
});
