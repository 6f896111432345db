import { describe, expect, it } from 'vitest';
import { codes } from '@millrace/client/codes';
import { MillraceError } from '@millrace/client';
import { read, write } from '../src/position';
import { problemOf } from '../src/problem-json';
import { gunzip } from '../src/gunzip';
import { sseParser, type Block } from '../src/sse-parser';
import { eventOf, inOrder, routeOf, tellControl, type Told } from '../src/wire';
import { gzipSync } from 'node:zlib';
import { golden } from './golden';

function parse(pieces: Iterable<string>) {
  const seen = { messages: [] as Block[], lastEventId: '', retryMillis: null as number | null, comments: 0 };
  const feed = sseParser({
    block: (block) => {
      seen.messages.push(block);
      seen.lastEventId = block.id;
    },
    moved: (id) => (seen.lastEventId = id),
    retry: (millis) => (seen.retryMillis = millis),
    comment: () => seen.comments++,
  });
  for (const piece of pieces) {
    feed(piece);
  }
  return seen;
}

describe('an event stream', () => {
  it.each(golden('wire/sse-streams'))('$name', ({ stream, messages, lastEventId, retryMillis, comments }) => {
    const expected = { messages, lastEventId, retryMillis, comments };
    expect(parse([stream])).toEqual(expected);
    expect(parse(stream)).toEqual(expected);
  });

  it.each(golden('wire/sse-frames'))('reads the frame: $name', ({ id, type, data, expected }) => {
    const value = (text: string) => text.replace(/^ /, '');
    const [message] = parse([expected]).messages;
    expect(message!.type).toBe(value(' ' + type));
    expect(message!.data).toBe(data.replace(/\r\n?/g, '\n'));
    expect(message!.id).toBe(id ?? '');
  });
});

describe('the catalogue', () => {
  it('is the server’s', () => {
    const names = Object.fromEntries(golden('wire/codes').map(({ name, number }) => [name, number]));
    expect(codes).toEqual(names);
  });

  it.each(golden('wire/codes'))('$name: whether to come back goes by its number', ({ name, number, retry }) => {
    expect(new MillraceError({ code: name, number }).retry).toBe(retry);
  });

  it.each(golden('wire/problems'))('reads a problem: $name', ({ expected }) => {
    const problem = JSON.parse(expected);
    const error = new MillraceError(problem);
    const { code, number, retry, remedy, retryAfter, detail, status } = problem;
    expect(error).toMatchObject({ code, number, retry, remedy, retryAfter, status, message: detail });
    expect(new MillraceError(structuredClone(problemOf(error)))).toEqual(error);
  });
});

describe('a cursor', () => {
  it.each(golden('wire/cursors').filter(({ expected }) => !expected.startsWith('m1.')))('$name', ({ epoch, offsets, expected }) => {
    const [offset] = Object.values(offsets);
    const place = read(expected);
    expect(place).toEqual({ epoch, offset, id: expected });
    expect(write(place!)).toBe(expected);
  });

  it('of another kind is nothing to compare', () => {
    expect(read('m1.AEQ9b50ACAJyFvQGFd1mDgnXVmO1Y4wI_APxX7sl')).toBeUndefined();
    expect(read('2026-01-31T12:00:00Z')).toBeUndefined();
    expect(read('earliest')).toBeUndefined();
  });

  it('known by its number only is kept too', () => {
    expect(read(write({ epoch: 'abcd2345', offset: 7 }))).toEqual({ epoch: 'abcd2345', offset: 7, id: undefined });
  });
});

describe('a message', () => {
  const named = (name: string) => JSON.parse(golden('wire/server-messages').find((each) => each.name === name).expected);

  it('of an event has its members', () => {
    const message = named('event');
    expect(eventOf(message, message.event)).toEqual({
      type: 'horses:created',
      data: { n: Infinity },
      channel: 'user:42',
      id: 'abcd2345.3.6j_UOyHFw',
      epoch: 'abcd2345',
      offset: 3,
      time: '2026-01-31T12:00:00.007Z',
      source: 'stable',
    });
    expect(eventOf(named('event, least'), 'horses:created').source).toBeUndefined();
  });

  it.each(golden('wire/control-events'))('of control is known: $name', ({ event, expected }) => {
    const told: Told[] = [];
    let leaving = 0;
    const hear: any = { tell: (each: Told) => told.push(each), leaving: (millis: number) => (leaving = millis) };
    const data = JSON.parse(expected);
    const known = tellControl(event, data, undefined, hear);
    if (event === 'reset') {
      expect(told).toEqual([{ is: 'reset', channel: data.channel, reset: data }]);
    } else if (event === 'presence') {
      expect(known).toBe(true);
      expect(told).toEqual([{ is: 'says', channel: 'room:1', type: 'presence', data }]);
    } else if (event === 'reconnect') {
      expect(leaving).toBe(1500);
    } else {
      // Words for the whole connection are the line's own business.
      expect(known).toBe(event === 'heartbeat');
      expect(told).toEqual([]);
    }
  });

  it('belongs to its channel, or to the wildcard whose cursor it carries', () => {
    expect(routeOf({ channel: 'job:7', id: 'abcd2345.1.xxxxxyyyy' })).toBe('job:7');
    expect(routeOf({ channel: 'job:7', id: 'w1.abc' })).toBe('job:*');
  });

  it('that has to be opened holds back what comes after it', async () => {
    const text = JSON.stringify({ n: 2 });
    const handed: any[] = [];
    const take = inOrder<any>(
      (message) => (message.gzip ? gunzip(message.gzip).then(JSON.parse) : message),
      (message) => handed.push(message.n),
      () => handed.push('failed'),
    );
    take({ n: 1 });
    take({ gzip: gzipSync(text).toString('base64') });
    take({ n: 3 });
    take({ gzip: 'AAAA' });
    take({ n: 4 });
    await expect.poll(() => handed, { timeout: 20_000 }).toEqual([1, 2, 3, 'failed', 4]);
    take({ n: 5 });
    expect(handed.pop()).toBe(5);
  });
});
