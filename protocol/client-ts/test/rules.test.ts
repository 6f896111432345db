import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoff } from '../src/backoff';
import { memoryCursors, sessionCursors } from '../src/cursors';
import { filterQuery, passes } from '../src/filters';
import { judge } from '../src/position';
import { golden } from './golden';
import { margin, tokens } from '../src/tokens';
import { watchdog } from '../src/watchdog';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const at = (offset: number, epoch = 'aaaaaaaa') => ({ epoch, offset });

describe('an event', () => {
  it.each([
    ['next', at(3), at(3), at(4)],
    ['next', at(3), undefined, at(4)],
    ['next', at(3), at(2), at(9)],
    ['next', at(3), at(3), at(9)],
    ['next', undefined, undefined, at(9)],
    ['known', at(3), at(2), at(3)],
    ['known', at(3), undefined, at(1)],
    ['gap', at(3), at(4), at(5)],
    ['gap', at(3), undefined, at(5)],
    ['gap', at(3), at(3, 'bbbbbbbb'), at(4, 'bbbbbbbb')],
  ])('is %s', (expected, place, after, event) => {
    expect(judge(place, after, event)).toBe(expected);
  });
});

describe('pauses', () => {
  it('grow to the cap, each drawn from the whole of its span', () => {
    const most = backoff({}, () => 1);
    expect(Array.from({ length: 7 }, () => most.next())).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000]);
    expect(backoff({}, () => 0).next()).toBe(0);
    expect(backoff({}, () => 0.25).next()).toBe(250);
  });

  it('are without end by default, and end where the application says so', () => {
    const forever = backoff();
    for (let i = 0; i < 5000; i++) {
      expect(forever.next()).toBeLessThanOrEqual(30_000);
    }
    const three = backoff({ delay: 3000, attempts: 3 });
    expect([three.next(), three.next(), three.next(), three.next()]).toEqual([3000, 3000, 3000, undefined]);
    three.reset();
    expect(three.next()).toBe(3000);
  });

  it('take the server’s base where the application has none, and are never shorter than it asks', () => {
    const proposed = backoff({}, () => 1);
    proposed.propose(2500);
    expect(proposed.next()).toBe(2500);
    const own = backoff({ base: 10 }, () => 1);
    own.propose(2500);
    expect(own.next()).toBe(10);
    expect(own.next(7000)).toBe(7000);
  });
});

describe('the watchdog', () => {
  it('asks after one silent heartbeat and bites after two and a half', () => {
    const ask = vi.fn();
    const dead = vi.fn();
    const dog = watchdog(10_000, ask, dead);
    vi.advanceTimersByTime(9_000);
    dog.alive();
    vi.advanceTimersByTime(9_000);
    expect(ask).not.toHaveBeenCalled();
    vi.advanceTimersByTime(5_000);
    expect(ask).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(10_000);
    expect(dead).not.toHaveBeenCalled();
    vi.advanceTimersByTime(4_000);
    expect(dead).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(60_000);
    expect(dead).toHaveBeenCalledOnce();
  });
});

const jwt = (payload: object): string => `h.${btoa(JSON.stringify(payload)).replace(/=+$/, '')}.s`;

describe('the token', () => {
  it('is asked for once, and again shortly before it expires', async () => {
    vi.setSystemTime(1_000_000_000);
    let n = 0;
    const getToken = vi.fn(() => jwt({ sub: 'u', n: n++, exp: Date.now() / 1000 + 600 }));
    const keeper = tokens(getToken);
    const [first, same] = await Promise.all([keeper.get(), keeper.get()]);
    expect(first).toBe(same);
    expect(getToken).toHaveBeenCalledOnce();
    expect(keeper.renewIn()).toBe(540_000);
    vi.advanceTimersByTime(539_000);
    expect(await keeper.get()).toBe(first);
    vi.advanceTimersByTime(1_000);
    expect(await keeper.get()).not.toBe(first);
  });

  it('that is refused is asked for anew; the same one again can’t help', async () => {
    let token = 'a';
    const why: boolean[] = [];
    const keeper = tokens(({ refused }) => (why.push(refused), token));
    expect(keeper.refused(await keeper.get())).toBe(true);
    token = 'b';
    expect(keeper.refused(await keeper.get())).toBe(true);
    expect(keeper.refused(await keeper.get())).toBe(false);
    expect(why).toEqual([false, true, true]);
  });

  it('that several requests find refused at once is asked for once', async () => {
    let n = 0;
    const keeper = tokens(() => 't' + n++);
    const old = await keeper.get();
    expect([keeper.refused(old), keeper.refused(old), keeper.refused(old)]).toEqual([true, true, true]);
    expect(await Promise.all([keeper.get(), keeper.get()])).toEqual(['t1', 't1']);
    expect(keeper.refused(old)).toBe(true);
    expect(await keeper.get()).toBe('t1');
  });

  it('that can’t be had now may be had later', async () => {
    const keeper = tokens(() => Promise.reject(new Error('down')));
    await expect(keeper.get()).rejects.toMatchObject({ code: 'login-unavailable', retry: true });
  });

  it('that lives short is renewed in good time', () => {
    expect(margin(600_000)).toBe(60_000);
    expect(margin(24 * 3_600_000)).toBe(120_000);
    expect(margin(6_000)).toBe(3_000);
  });
});

describe('places', () => {
  it('stand in the session storage when the task is over', async () => {
    const kept = new Map<string, string>();
    const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: vi.fn((key: string, value: string) => void kept.set(key, value)) };
    const store = sessionCursors('k', storage as unknown as Storage);
    store.set('a', '1');
    store.set('b', '2');
    store.set('a', '3');
    store.delete('b');
    await Promise.resolve();
    expect(storage.setItem).toHaveBeenCalledOnce();
    expect(sessionCursors('k', storage as unknown as Storage).get('a')).toBe('3');
    expect(sessionCursors('k', storage as unknown as Storage).get('b')).toBeUndefined();
  });

  it('are bounded, and survive a storage that is full or damaged', async () => {
    const store = memoryCursors();
    for (let i = 0; i < 600; i++) {
      store.set('c' + i, '' + i);
    }
    expect(store.get('c99')).toBeUndefined();
    expect(store.get('c100')).toBe('100');
    const broken: any = { getItem: () => '{no', setItem: () => { throw new Error('full'); } };
    const kept = sessionCursors('k', broken);
    kept.set('a', '1');
    await Promise.resolve();
    expect(kept.get('a')).toBe('1');
  });
});

describe('filters', () => {
  const event: any = { type: 'horses:created', source: 's', data: { amount: 12, region: 'eu', sku: 'AB1', deep: { n: 3 }, 'a.b': 1 } };
  it.each([
    [{ types: ['horses:*'] }, true],
    [{ types: ['horses'] }, false],
    [{ types: ['x', 'horses:created'] }, true],
    [{ sources: ['s'] }, true],
    [{ sources: ['t'] }, false],
    [{ minAmount: 12 }, true],
    [{ minAmount: 13 }, false],
    [{ min: { 'deep.n': 3 }, max: { amount: 12 } }, true],
    [{ max: { amount: 11 } }, false],
    [{ equals: { region: 'eu', 'deep.n': 3 } }, true],
    [{ equals: { region: 'us' } }, false],
    [{ prefix: { sku: 'AB' } }, true],
    [{ prefix: { amount: '1' } }, false],
    [{ min: { missing: 0 } }, false],
  ])('%j: %s', (filters: any, expected) => {
    expect(passes(filters, event)).toBe(expected);
  });

  it.each(golden('wire/filters').filter(({ filters }) => filters))('as the server does: $name', ({ filters, event, expected }) => {
    expect(passes(filters, { ...event, data: JSON.parse(event.data) })).toBe(expected);
  });

  it('are asked for as the wire has them', () => {
    expect(
      filterQuery({ types: ['a', 'b'], sources: ['s'], minAmount: 10, min: { n: 1 }, max: { n: 2 }, equals: { r: 'eu' }, prefix: { s: 'A' } }),
    ).toEqual([
      ['types', 'a,b'],
      ['sources', 's'],
      ['minAmount', '10'],
      ['min.n', '1'],
      ['max.n', '2'],
      ['eq.r', 'eu'],
      ['prefix.s', 'A'],
    ]);
  });
});
