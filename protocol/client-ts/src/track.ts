/**
 * One reader of a channel: hands each event to its listeners once and in order, whatever the lines tell twice, late or not at
 * all. What is missing it fetches from the history, while what comes live waits.
 */
import type { Api } from './api';
import { errorOf, MillraceError } from './problem';
import { covers, judge, read, type Position } from './position';
import type { From, MillraceEvent, Reset } from './types';
import { isWildcard, type Told, type Want } from './wire';

/** Live events that wait while older ones are fetched; more are fetched too. */
const WAITING = 1000;
const PAGE = 1000;
/** Channels of a wildcard whose newest events are remembered, so that none comes twice. */
const REMEMBERED = 10_000;

export interface TrackNeeds {
  channel: string;
  at?: Position;
  from?: From;
  api: Api;
  want: () => Want;
  /** @param over it is the last */
  emit(event: MillraceEvent, over?: boolean): void;
  /** The reader's place has moved. */
  moved?(at: Position): void;
}

export interface Track {
  hear(told: Told): void;
  at(): Position | undefined;
  /** Whether it has handed out all that was told, so that another reader at the same place may listen along. */
  isLive(): boolean;
  /** Where it was asked to begin, until it has begun. */
  pending(): From | undefined;
  close(): void;
}

/** A word of the server that is no event of the journal, in an event's form. */
export const wordOf = (type: string, channel: string, data: unknown, at?: Position): MillraceEvent => ({
  type,
  data,
  channel,
  id: at?.id ?? '',
  epoch: at?.epoch ?? '',
  offset: at?.offset ?? 0,
});

export function track({ channel, at, from, api, want, emit, moved }: TrackNeeds): Track {
  const abort = new AbortController();
  const wild = isWildcard(channel);
  const newest = new Map<string, Position>();
  /** What waits while older events are fetched. */
  let waiting: Told[] | undefined;
  let pauseMillis = 0;

  function move(to: Position): void {
    at = to;
    moved?.(to);
  }

  function deliver(event: MillraceEvent): void {
    // The place first: a handler that fails or reloads the page has had the event.
    move(wild ? { epoch: '', offset: 0, id: event.id } : { epoch: event.epoch, offset: event.offset, id: event.id });
    emit(event);
  }

  function reset(reset: Reset): void {
    const { epoch, availableFrom, reason } = reset;
    const start = { epoch, offset: availableFrom - 1 };
    // A cursor that couldn't be read says nothing about what was handed out before.
    const keeps = (reason === 'foreign' || reason === 'malformed') && covers(at, start);
    if (!wild && !keeps) {
      move(start);
    }
    emit(wordOf('reset', channel, reset, at));
  }

  function say(type: string, data: any): void {
    const over = type === 'complete' || (type === 'problem' && !data.retry);
    over && abort.abort();
    emit(wordOf(type, channel, type === 'problem' ? new MillraceError(data) : type === 'complete' ? data.data : data, at), over);
  }

  /** @returns false where something is missing before it */
  function take(told: Told): boolean {
    if (told.is === 'event') {
      const { event, after } = told;
      if (wild) {
        if (!covers(newest.get(event.channel), event)) {
          newest.delete(event.channel);
          newest.set(event.channel, event);
          newest.size > REMEMBERED && newest.delete(newest.keys().next().value!);
          deliver(event);
        }
        return true;
      }
      const found = judge(at, after, event);
      found === 'next' && deliver(event);
      return found !== 'gap';
    }
    if (told.is === 'reset') {
      reset(told.reset);
      from === 'state' && fetchMissing(true);
    } else if (told.is === 'says') {
      say(told.type, told.data);
    } else {
      return goesOn(told);
    }
    return true;
  }

  /** The place moves without an event. @returns false where something is missing before it */
  function goesOn(told: Extract<Told, { is: 'begin' | 'move' }>): boolean {
    const to = told.at;
    const here = told.is === 'move' ? (told.after ?? to) : to;
    const takesIt = wild || (!at && (!isPast(from) || (told.is === 'begin' && told.asked === from)));
    if (takesIt || (covers(at, here) && covers(to, at) && (to.offset > at!.offset || (!at!.id && to.id)))) {
      move(to);
      return true;
    }
    return covers(at, to);
  }

  function drain(): void {
    const held = waiting!;
    waiting = undefined;
    held.forEach(hear);
  }

  /** Fetches a page after another until what waits fits. */
  async function fetchMissing(state = false): Promise<void> {
    waiting ??= [];
    try {
      if (state) {
        const answer = await api.request(channel, 'state', { signal: abort.signal });
        move({ epoch: answer.epoch, offset: answer.offset, id: answer.id });
        emit(wordOf('state', channel, answer.data, at));
      } else {
        const start = at || from === 'earliest' ? undefined : from;
        const since = isTime(start) ? start : undefined;
        const page = await api.history(
          channel,
          { after: at ?? (since ? undefined : start), since, limit: PAGE, filters: want().filters },
          abort.signal,
        );
        if (abort.signal.aborted) {
          return;
        }
        const before = at;
        page.reset && reset(page.reset);
        page.events.forEach((event) => covers(at, event) || deliver(event));
        if (page.end) {
          return say(page.end.type, page.end);
        }
        const next = read(page.next);
        next && covers(next, at ?? next) && move(next);
        at ??= { epoch: page.epoch, offset: page.availableFrom - 1 };
        if (page.reset && from === 'state') {
          return fetchMissing(true);
        }
        if (waiting.length && before && at.offset === before.offset && at.epoch === before.epoch) {
          // What was announced isn't there yet.
          throw new MillraceError({ detail: 'the history is behind', retry: true });
        }
      }
      pauseMillis = 0;
    } catch (cause) {
      if (abort.signal.aborted || !(await goOnAfter(errorOf(cause)))) {
        return;
      }
      return fetchMissing(state);
    }
    abort.signal.aborted || drain();
  }

  /** Waits a while after a failure; what can't be had at all is said to be missing. */
  async function goOnAfter(error: MillraceError): Promise<boolean> {
    if (error.retry) {
      pauseMillis = Math.min(30_000, 2 * pauseMillis || 500);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * pauseMillis + 1000 * (error.retryAfter ?? 0)));
      return !abort.signal.aborted;
    }
    const first = waiting?.find((told) => told.is === 'event' || told.is === 'begin');
    const live = first?.is === 'event' ? (first.after ?? { ...first.event, offset: first.event.offset - 1 }) : first?.at;
    emit(wordOf('problem', channel, error, at));
    if (live) {
      const { epoch, offset } = live;
      const requested = at ? { epoch: at.epoch, offset: at.offset } : null;
      from = undefined;
      reset({ channel, requested, availableFrom: offset + 1, head: offset, epoch, reason: 'unreadable' });
    }
    drain();
    return false;
  }

  function hear(told: Told): void {
    if (abort.signal.aborted) {
      return;
    }
    if (waiting && !(told.is === 'says' && told.type === 'presence')) {
      // The history says its own reset.
      told.is === 'reset' || waiting.push(told);
      waiting.length > WAITING && waiting.shift();
    } else if (!take(told)) {
      waiting = [told];
      fetchMissing();
    }
  }

  if (from === 'state' && !at) {
    fetchMissing(true);
  }

  return {
    hear,
    at: () => at,
    isLive: () => !waiting && !!at,
    pending: () => (at ? undefined : (from ?? 'latest')),
    close: () => abort.abort(),
  };
}

const isPast = (from: From | undefined): boolean => !!from && from !== 'latest';

const isTime = (text: string | undefined): boolean => !!text && /^\d{4}-\d\d-/.test(text);
