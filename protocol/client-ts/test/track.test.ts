import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Api } from '../src/api';
import { track, type Track } from '../src/track';
import type { From, HistoryPage, MillraceEvent } from '../src/types';
import type { Told } from '../src/wire';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const E = 'aaaaaaaa';
const place = (offset: number) => ({ epoch: E, offset, id: `${E}.${offset}.x` });
const event = (offset: number, more = {}): MillraceEvent => ({ type: 't', data: offset, channel: 'c', ...place(offset), ...more });
const told = (offset: number, after?: number): Told => ({
  is: 'event',
  channel: 'c',
  event: event(offset),
  after: after === undefined ? undefined : place(after),
});

let heard: (number | string)[];
let asked: unknown[];
let log: MillraceEvent[];
let state: unknown;

beforeEach(() => {
  heard = [];
  asked = [];
  log = [];
  state = undefined;
});

const api: Api = {
  async request(_, path) {
    asked.push(path);
    return state;
  },
  async history(channel, query = {}): Promise<HistoryPage> {
    const after = typeof query.after === 'object' ? query.after.offset : 0;
    asked.push(after);
    const events = log.filter(({ offset }) => offset > after).slice(0, 3);
    return { channel, epoch: E, head: log.length, availableFrom: 1, events, next: place(events.at(-1)?.offset ?? after).id };
  },
};

function reader(at?: number, from?: From, channel = 'c'): Track {
  return track({
    channel,
    at: at === undefined ? undefined : place(at),
    from,
    api,
    want: () => ({ channel }),
    emit: (each) => heard.push(each.type === 't' ? each.offset : each.type),
  });
}

describe('a reader', () => {
  it('that was not told something fetches it, and holds back what comes meanwhile', async () => {
    log = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => event(n));
    const one = reader(1);
    one.hear(told(2, 1));
    one.hear(told(8, 7));
    one.hear(told(9, 8));
    expect(heard).toEqual([2]);
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(asked).toEqual([2, 5]);
    one.hear(told(10, 9));
    expect(heard.at(-1)).toBe(10);
  });

  it('isn’t led past a hole by a cursor that moves', async () => {
    log = [1, 2, 3].map((n) => event(n));
    const one = reader(1);
    one.hear({ is: 'move', channel: 'c', after: place(3), at: place(5) });
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual([2, 3]);
    expect(one.at()?.offset).toBe(5);
    one.hear({ is: 'move', channel: 'c', after: place(5), at: place(8) });
    expect(one.at()?.offset).toBe(8);
    // Filtered away, so no hole.
    one.hear(told(12, 8));
    expect(heard.at(-1)).toBe(12);
  });

  it('asks again when the history is behind what was announced', async () => {
    log = [1].map((n) => event(n));
    const one = reader(1);
    one.hear(told(3, 2));
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual([]);
    log.push(event(2), event(3));
    await vi.advanceTimersByTimeAsync(2000);
    expect(heard).toEqual([2, 3]);
  });

  it('begins with the state, and goes on with what came after it', async () => {
    state = { ...place(4), data: { n: 4 } };
    const one = reader(undefined, 'state');
    one.hear({ is: 'begin', channel: 'c', at: place(3) });
    one.hear(told(4, 3));
    one.hear(told(5, 4));
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual(['state', 5]);
  });

  it('of the earliest fetches it where the line has begun elsewhere', async () => {
    log = [1, 2, 3, 4].map((n) => event(n));
    const one = reader(undefined, 'earliest');
    one.hear({ is: 'begin', channel: 'c', at: place(3) });
    await vi.advanceTimersByTimeAsync(0);
    one.hear(told(4, 3));
    expect(heard).toEqual([1, 2, 3, 4]);
    const two = reader(undefined, 'earliest');
    two.hear({ is: 'begin', channel: 'c', at: place(0), asked: 'earliest' });
    two.hear(told(1, 0));
    expect(heard.slice(4)).toEqual([1]);
  });

  it('of a wildcard hears each channel’s events once, whatever their order between channels', () => {
    const one = reader(undefined, undefined, 'job:*');
    const of = (channel: string, offset: number, cursor: string): Told => ({
      is: 'event',
      channel: 'job:*',
      event: event(offset, { channel, id: cursor }),
    });
    one.hear({ is: 'begin', channel: 'job:*', at: { epoch: '', offset: 0, id: 'w1.a' } });
    [of('job:1', 5, 'w1.b'), of('job:2', 1, 'w1.c'), of('job:1', 5, 'w1.b'), of('job:2', 1, 'w1.c'), of('job:1', 6, 'w1.d')].forEach(one.hear);
    expect(heard).toEqual([5, 1, 6]);
    expect(one.at()?.id).toBe('w1.d');
  });

  it('says the end after all that came before it, and once', async () => {
    log = [1, 2, 3].map((n) => event(n));
    const one = reader(0);
    one.hear(told(3, 2));
    one.hear({ is: 'says', channel: 'c', type: 'presence', data: {} });
    one.hear({ is: 'says', channel: 'c', type: 'complete', data: { channel: 'c', offset: 4, data: 7 } });
    expect(heard).toEqual(['presence']);
    await vi.advanceTimersByTimeAsync(0);
    one.hear({ is: 'says', channel: 'c', type: 'complete', data: { channel: 'c', offset: 4, data: 7 } });
    expect(heard).toEqual(['presence', 1, 2, 3, 'complete']);
  });

  it('keeps its place where a damaged cursor makes the server begin anew', () => {
    const one = reader(3);
    one.hear({ is: 'reset', channel: 'c', reset: { channel: 'c', requested: null, availableFrom: 1, head: 4, epoch: E, reason: 'malformed' } });
    [1, 2, 3, 4].forEach((n) => one.hear(told(n, n - 1)));
    expect(heard).toEqual(['reset', 4]);
  });
});
