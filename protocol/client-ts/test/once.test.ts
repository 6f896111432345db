/**
 * I8: a handler gets each event once and in order, whatever happens to the lines, the transports and the page. Seeds decide
 * what happens; a failure names its seed.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createClient, memoryCursors, type Client, type MillraceEvent, type TransportName } from '@millrace/client';
import { FakeServer, random } from './fake-server';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Heard {
  name: string;
  channel: string;
  /** Belongs to the page that was open at the end. */
  last: boolean;
  /** Offsets in the order they came. */
  offsets: number[];
}

const EVERY: TransportName[] = ['websocket', 'sse', 'longpoll'];

async function story(seed: number): Promise<{ server: FakeServer; heard: Heard[] }> {
  const next = random(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  const server = new FakeServer();
  const names = ['a', 'b:1', 'c:2:x'].slice(0, 1 + Math.floor(next() * 3));
  names.forEach((name) => {
    for (let i = 0; i < next() * 5; i++) {
      server.publish(name, 't', i);
    }
  });
  const cursors = memoryCursors();
  const heard: Heard[] = [];
  const transports = pick([EVERY, EVERY, ['sse', 'longpoll'], ['sse'], ['longpoll'], ['websocket']] as TransportName[][]);
  let client!: Client;

  const record = (name: string, channel: string): ((data: unknown, event: MillraceEvent) => void) => {
    let mine = heard.find((each) => each.name === name);
    if (!mine) {
      heard.push((mine = { name, channel, last: true, offsets: [] }));
    }
    const { offsets } = mine;
    return (_, event) => offsets.push(event.offset);
  };

  function visit(): void {
    client = createClient({ ...server.options(), cursors, transports, reconnect: { base: 200, cap: 2000 } });
    names.forEach((name, i) => {
      client.on('t', (data, event) => event.channel === name && record('on ' + name, name)(data, event));
      client.subscribe(name, { from: i % 2 ? 'latest' : 'earliest', onEvent: record('sub ' + name, name) });
    });
  }

  visit();
  for (let step = 0; step < 60; step++) {
    const dice = next();
    if (dice < 0.55) {
      const name = pick(names);
      for (let i = 0; i <= next() * 3; i++) {
        server.publish(name, 't', step);
      }
    } else if (dice < 0.7) {
      server.cut();
    } else if (dice < 0.78) {
      server.blocked.add(pick(['websocket', 'sse', 'history', 'all'] as const));
    } else if (dice < 0.88) {
      server.blocked.clear();
    } else if (dice < 0.92) {
      client.close();
      heard.forEach((each) => (each.last &&= !each.name.startsWith('late')));
      await vi.advanceTimersByTimeAsync(next() * 2000);
      visit();
    } else if (dice < 0.96) {
      const name = pick(names);
      const late = client.subscribe(name, { from: 'earliest', onEvent: record(`late ${step} ${name}`, name) });
      void late;
    }
    await vi.advanceTimersByTimeAsync(next() < 0.7 ? next() * 300 : next() * 20_000);
  }
  server.blocked.clear();
  await vi.advanceTimersByTimeAsync(120_000);
  client.close();
  return { server, heard };
}

it.each(Array.from({ length: 150 }, (_, i) => 7000 + i))('seed %i', async (seed) => {
  const { server, heard } = await story(seed);
  for (const { name, channel, last, offsets } of heard) {
    const dense = offsets.map((_, i) => offsets[0]! + i);
    expect(offsets, `${name} hears each once, in order`).toEqual(dense);
    if (last && offsets.length) {
      expect(offsets.at(-1), `${name} hears all`).toBe(server.log(channel).length);
    }
  }
});
