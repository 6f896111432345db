/**
 * What is to be published, on its way: one at a time and in order for each channel, again with the same key until the server
 * has said yes or no. With a store it outlives being offline and page reloads.
 */
import type { Api } from './api';
import { errorOf, MillraceError } from './problem';
import { problemOf } from './problem-json';
import type { ClientOptions } from './types';

export interface Letter {
  key: string;
  channel: string;
  path: string;
  body: string;
  /** Its place in the store. */
  seq?: number;
}

/** Keeps letters in order. */
export interface LetterStore {
  add(letter: Letter): Promise<number>;
  all(): Promise<Letter[]>;
  remove(seq: number): Promise<void>;
}

const PATIENCE_CAP = 30_000;

/** In IndexedDB, shared by all tabs of the same name. */
export function indexedDbStore(name: string, factory: IDBFactory = indexedDB): LetterStore {
  const STORE = 'letters';
  let opening: Promise<IDBDatabase> | undefined;
  const done = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const open = (): Promise<IDBDatabase> => {
    const request = factory.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'seq', autoIncrement: true });
    return done(request);
  };
  const run = async <T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> =>
    done(act((await (opening ??= open())).transaction(STORE, mode).objectStore(STORE)));
  return {
    add: (letter) => run('readwrite', (store) => store.add(letter)) as Promise<number>,
    all: () => run('readonly', (store) => store.getAll()),
    remove: (seq) => run('readwrite', (store) => store.delete(seq)),
  };
}

export interface Outbox {
  send(letter: Letter): Promise<any>;
  /** Tries again now what waits. */
  wake(): void;
  close(): void;
}

export interface OutboxNeeds {
  api: Api;
  /** Milliseconds until a letter without a store is given up. */
  timeout: number;
  store?: LetterStore;
  /** Letters in the store at the most. */
  max?: number;
  /** Lets one tab at a time send from the store. */
  alone?: (act: () => Promise<void>) => Promise<unknown>;
  /** Tells other tabs what became of a letter. */
  air?: BroadcastChannel;
}

export function outbox({ api, timeout, store, max = 1000, alone = (act) => act(), air }: OutboxNeeds): Outbox {
  const lanes = new Map<string, Promise<unknown>>();
  const sleepers = new Set<() => void>();
  /** Who in this tab waits for a stored letter. */
  const waiters = new Map<string, { resolve(answer: any): void; reject(error: MillraceError): void }>();
  let closed = false;

  const sleep = (millis: number): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, millis);
      sleepers.add(wake);
    });

  async function deliver({ key, channel, path, body }: Letter, until: number): Promise<any> {
    for (let pause = 500; ; pause = Math.min(PATIENCE_CAP, 2 * pause)) {
      const error = await api
        .request(channel, path, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
          body,
        })
        .then((answer) => ({ answer }), errorOf);
      if ('answer' in error) {
        return error.answer;
      }
      const millis = Math.max(1000 * (error.retryAfter ?? 0), pause * (0.5 + Math.random() / 2));
      if (!error.retry || closed || Date.now() + millis > until) {
        throw error;
      }
      await sleep(millis);
    }
  }

  function inLane<T>(lane: string, act: () => Promise<T>): Promise<T> {
    const mine = (lanes.get(lane) ?? Promise.resolve()).then(act, act);
    const settled: Promise<unknown> = mine
      .catch(() => undefined)
      .then(() => lanes.get(lane) === settled && lanes.delete(lane));
    lanes.set(lane, settled);
    return mine;
  }

  function settle(key: string, answer?: any, error?: MillraceError): void {
    const waiter = waiters.get(key);
    waiters.delete(key);
    error ? waiter?.reject(error) : waiter?.resolve(answer);
  }

  let flushing: Promise<unknown> | undefined;
  let again = false;

  /** Sends all that is stored, oldest first in each channel. */
  function flush(): void {
    again = !!flushing;
    flushing ??= alone(async () => {
      const letters = await store!.all();
      await Promise.all(
        letters.map((letter) =>
          inLane(letter.channel, async () => {
            try {
              const answer = closed || (await deliver(letter, Infinity));
              if (!closed) {
                settle(letter.key, answer);
                air?.postMessage({ key: letter.key, answer });
                await store!.remove(letter.seq!);
              }
            } catch (cause) {
              const error = errorOf(cause);
              if (!closed) {
                settle(letter.key, undefined, error);
                air?.postMessage({ key: letter.key, error: problemOf(error) });
                await store!.remove(letter.seq!);
              }
            }
          }),
        ),
      );
    })
      .catch(() => undefined)
      .then(() => {
        flushing = undefined;
        again && !closed && flush();
      });
  }

  air?.addEventListener('message', ({ data }) => settle(data.key, data.answer, data.error && new MillraceError(data.error)));

  // What an earlier page has left.
  store && flush();

  return {
    async send(letter) {
      if (!store) {
        return inLane(letter.channel, () => deliver(letter, Date.now() + timeout));
      }
      if ((await store.all()).length >= max) {
        throw new MillraceError({ code: 'outbox-full', detail: `${max} wait to be sent`, retry: true });
      }
      const answer = new Promise((resolve, reject) => waiters.set(letter.key, { resolve, reject }));
      // Nobody may be listening by the time the server says no.
      answer.catch(() => undefined);
      await store.add(letter);
      flush();
      return answer;
    },
    wake: () => [...sleepers].forEach((wake) => wake()),
    close() {
      closed = true;
      sleepers.forEach((wake) => wake());
      air?.close();
    },
  };
}

/** The outbox of a client; with a store where that is wanted and there can be one. */
export function openOutbox(api: Api, name: string, { outbox: wanted, publishTimeout = 30_000 }: ClientOptions): Outbox {
  const kept = wanted && globalThis.indexedDB;
  return outbox({
    api,
    timeout: publishTimeout,
    store: kept ? indexedDbStore(name) : undefined,
    max: typeof wanted === 'object' ? wanted.max : undefined,
    air: kept && typeof BroadcastChannel === 'function' ? new BroadcastChannel(name + ':outbox') : undefined,
    alone: kept && globalThis.navigator?.locks ? (act) => navigator.locks.request(name + ':outbox', act) : undefined,
  });
}
