import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient, memoryCursors, type Client, type ClientOptions, type StatusDetail } from '@millrace/client';
import { FakeServer } from './fake-server';

let server: FakeServer;
let client: Client;
let statuses: StatusDetail[];

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  server = new FakeServer();
});
afterEach(() => {
  client.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function start(options: ClientOptions = {}): Client {
  client = createClient({ ...server.options(), cursors: memoryCursors(), ...options });
  statuses = [];
  client.onStatus((detail) => statuses.push(detail));
  return client;
}

const pass = (millis: number) => vi.advanceTimersByTimeAsync(millis);
const now = () => statuses.at(-1)!;

describe('the line', () => {
  it('asks for what is wanted now, though something else was a moment ago', async () => {
    const { fetch, ...others } = server.options();
    const asked: string[] = [];
    start({ ...others, fetch: (address, init) => (asked.push(`${address}`), fetch!(address, init)) });
    server.publish('a', 't', 1);
    const all = client.subscribe('a');
    await pass(100);
    all.unsubscribe();
    client.subscribe('a', { from: 'earliest', filters: { types: ['u'] } });
    await pass(100);
    expect(asked.filter((address) => address.includes('/history'))).toEqual([expect.stringContaining('types=u')]);
  });

  it('is said to be up, lost and up again', async () => {
    start().subscribe('a');
    await pass(0);
    expect(now()).toMatchObject({ status: 'connected', transport: 'websocket', userId: 'u' });
    await pass(10_000);
    server.cut();
    expect(now()).toMatchObject({ status: 'reconnecting', retryIn: 500 });
    await pass(500);
    expect(now().status).toBe('connected');
    expect([...new Set(statuses.map(({ status }) => status))]).toEqual(['disconnected', 'reconnecting', 'connected']);
  });

  it('falls to the next transport that works, and climbs back', async () => {
    server.blocked.add('websocket');
    start().subscribe('a');
    await pass(5_000);
    expect(now()).toMatchObject({ status: 'connected', transport: 'sse' });
    server.blocked.add('sse');
    server.cut();
    await pass(60_000);
    expect(now()).toMatchObject({ status: 'connected', transport: 'longpoll' });
    server.blocked.clear();
    const heard: number[] = [];
    client.on('t', (data) => heard.push(data));
    const said = statuses.length;
    const publishing = setInterval(() => server.publish('a', 't', server.log('a').length), 500);
    await pass(700_000);
    clearInterval(publishing);
    await pass(30_000);
    expect(now()).toMatchObject({ status: 'connected', transport: 'websocket' });
    // It climbed without a moment of being cut off, and what both lines told was heard once.
    expect(statuses.slice(said).map(({ status }) => status)).toEqual(['connected']);
    expect(heard).toEqual(heard.map((_, i) => i));
    expect(heard.length).toBe(server.log('a').length);
  });

  it('that dies without a word is noticed after two and a half heartbeats', async () => {
    for (const transport of ['websocket', 'sse'] as const) {
      server = new FakeServer();
      start({ transports: [transport] }).subscribe('a');
      await pass(200_000);
      const cuts = () => statuses.filter(({ status }) => status === 'reconnecting').length;
      const before = cuts();
      server.heartbeats = false;
      await pass(transport === 'sse' ? 20_000 : 30_000);
      expect(cuts(), transport).toBe(before);
      await pass(50_000);
      expect(cuts(), transport).toBeGreaterThan(before);
      expect(now().error?.message ?? statuses.find(({ error }) => error)?.error?.message).toMatch(/no heartbeat/);
      transport === 'websocket' && client.close();
    }
  });

  it('is given up after the attempts allowed, and taken up when the page asks', async () => {
    server.blocked.add('all');
    start({ reconnect: { delay: 3000, attempts: 5 } }).subscribe('a');
    await pass(60_000);
    expect(now()).toMatchObject({ status: 'disconnected', attempt: 5 });
    server.blocked.clear();
    client.connect();
    await pass(0);
    expect(now().status).toBe('connected');
  });

  it('obeys the server’s spread', async () => {
    start().subscribe('a');
    await pass(10_000);
    const socket = [...server.listeners];
    expect(socket.length).toBe(1);
    // Said by the server to this connection alone.
    server.say({ type: 'reconnect', afterMillis: 4000, reason: 'going-away' });
    await pass(1000);
    server.cut();
    await pass(2900);
    expect(now().status).toBe('reconnecting');
    await pass(200);
    expect(now()).toMatchObject({ status: 'connected', attempt: 0 });
  });

  it('asks for a new token where the old one is refused, and gives up where there is no better one', async () => {
    server.token = 'one';
    let token = 'old';
    start({ getToken: () => token, tabs: false }).subscribe('a');
    await pass(0);
    expect(now().status).toBe('error');
    expect(now().error).toMatchObject({ code: 'token-expired' });
    token = 'one';
    client.connect();
    await pass(10_000);
    expect(now().status).toBe('connected');
    server.token = token = 'two';
    server.cut();
    await pass(2_000);
    expect(now().status).toBe('connected');
  });

  it.each(['websocket', 'sse'] as const)('%s: one channel that may not be followed leaves the others alone', async (transport) => {
    server.forbidden.add('no');
    const problems: string[] = [];
    const heard: unknown[] = [];
    start({ transports: [transport] });
    client.subscribe('yes', { onEvent: (data) => heard.push(data) });
    client.subscribe('no', { onProblem: (problem) => problems.push(problem.code) });
    client.subscribe('yes:too', { onEvent: (data) => heard.push(data) });
    await pass(1000);
    server.publish('yes', 't', 1);
    server.publish('yes:too', 't', 2);
    await pass(1000);
    expect(problems).toEqual(['forbidden']);
    expect(heard).toEqual([1, 2]);
    expect(now().status).toBe('connected');
  });

  it('is opened by the first who wants it and closed by the last', async () => {
    start();
    const first = client.connect();
    const second = client.connect();
    await pass(0);
    first();
    first();
    await pass(0);
    expect(now().status).toBe('connected');
    second();
    await pass(0);
    expect(now().status).toBe('disconnected');
    expect(server.lines.size).toBe(0);
  });
});

describe('own channels', () => {
  it('are followed once the server has said whose login it is', async () => {
    const heard: unknown[] = [];
    start({ own: true });
    client.on('*', (data) => heard.push(data));
    await pass(0);
    server.publish('global', 't', 1);
    server.publish('user:u', 't', 2);
    await pass(0);
    expect(heard).toEqual([1, 2]);
  });
});

describe('reset', () => {
  it.each([['websocket'], ['sse'], ['longpoll']] as const)('%s: is told before what is still kept', async (transport) => {
    const heard: unknown[] = [];
    start({ transports: [transport], reconnect: { delay: 2000 } });
    client.subscribe('a', {
      from: 'earliest',
      onEvent: (_, { offset }) => heard.push(offset),
      onReset: ({ reason, availableFrom }) => heard.push([reason, availableFrom]),
    });
    server.publish('a', 't', 0);
    await pass(10_000);
    server.cut();
    server.blocked.add('all');
    for (let i = 0; i < 9; i++) {
      server.publish('a', 't', i);
    }
    server.kept.set('a', 7);
    server.blocked.clear();
    await pass(20_000);
    expect(heard).toEqual([1, ['retention', 7], 7, 8, 9, 10]);
    // Another life of the journal, whose offset 3 is another event.
    server.epoch = 'bbbbbbbb';
    server.kept.clear();
    server.log('a').length = 0;
    server.publish('a', 't', 0);
    server.cut();
    await pass(60_000);
    expect(heard.slice(6)).toEqual([['epoch', 1], 1]);
  });

  it('is the client’s own word where what was missed can’t be had', async () => {
    const heard: unknown[] = [];
    start();
    client.subscribe('a', { onEvent: (_, { offset }) => heard.push(offset) });
    await pass(0);
    server.publish('a', 't', 0);
    server.publish('a', 't', 0);
    server.forbidden.add('a');
    client.subscribe('a', {
      from: 'earliest',
      onEvent: (_, { offset }) => heard.push(['late', offset]),
      onReset: ({ reason }) => heard.push(reason),
      onProblem: ({ code }) => heard.push(code),
    });
    await pass(1000);
    server.publish('a', 't', 0);
    await pass(1000);
    expect(heard).toEqual([1, 2, 'forbidden', 'unreadable', 3, ['late', 3]]);
  });
});

describe('a session', () => {
  const line = () => server.said.splice(0);

  it('is gone back to without subscribing again, and nothing is missed', async () => {
    server.sessions = new Map();
    server.token = 'abc';
    const heard: number[] = [];
    start({ getToken: () => 'abc' }).subscribe('a');
    client.on('t', (data) => heard.push(data));
    await pass(0);
    server.publish('a', 't', 1);
    expect(line()).toEqual(['authenticate', 'subscribe']);
    await pass(10_000);
    server.cut();
    server.publish('a', 't', 2);
    await pass(500);
    expect(line()).toEqual(['resume', 'authenticate']);
    expect(server.follows()).toEqual(['a']);
    server.publish('a', 't', 3);
    await pass(0);
    expect(heard).toEqual([1, 2, 3]);
  });

  it('that is over is replaced by a login and the cursor', async () => {
    server.sessions = new Map();
    server.token = 'abc';
    const heard: number[] = [];
    start({ getToken: () => 'abc' }).subscribe('a');
    client.on('t', (data) => heard.push(data));
    await pass(10_000);
    server.publish('a', 't', 1);
    server.sessions.clear();
    server.cut();
    server.publish('a', 't', 2);
    await pass(500);
    expect(line()).toEqual(['authenticate', 'subscribe', 'resume', 'authenticate', 'subscribe']);
    expect(heard).toEqual([1, 2]);
  });

  it('is not gone back to where something else is wanted meanwhile', async () => {
    server.sessions = new Map();
    start().subscribe('a');
    await pass(10_000);
    server.cut();
    client.unsubscribe('a');
    client.subscribe('b');
    line();
    await pass(500);
    expect(line()).toEqual(['subscribe']);
    expect(server.follows()).toEqual(['b']);
  });
});
