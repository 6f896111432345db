/** Events by asking for history again and again, for networks that let nothing else through. */
import type { Api, HistoryQuery } from '../api';
import { errorOf, type MillraceError } from '../problem';
import { problemOf } from '../problem-json';
import { read } from '../position';
import { isWildcard, type LineNeeds, type Transport, type Want } from '../wire';

/** Requests that wait for an event hold a connection each, of which a browser has six. */
const WAITING = 3;
const WAIT_SECONDS = 25;
const PAUSE_MILLIS = 3000;

export const longpoll =
  (api: Api): Transport =>
  ({ wants, hear }: LineNeeds) => {
    const abort = new AbortController();
    const wanted = new Map<string, Want>();
    let up = false;

    function end(error: MillraceError): void {
      if (!abort.signal.aborted) {
        abort.abort();
        hear.down({ error });
      }
    }

    const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

    async function poll(want: Want): Promise<void> {
      const { channel } = want;
      const on = (): boolean => !abort.signal.aborted && wanted.get(channel) === want;
      const ask = (query: HistoryQuery): ReturnType<Api['history']> => api.history(channel, { ...query, filters: want.filters }, abort.signal);
      let at = want.at;
      if (!at && (!want.from || want.from === 'latest')) {
        const { epoch, head } = await ask({ limit: 1 });
        at = { epoch, offset: head };
      }
      at && on() && hear.tell({ is: 'begin', channel, at });
      const since = at || want.from === 'earliest' ? undefined : want.from;
      for (let first = true; on(); first = false) {
        const wait = wanted.size > WAITING || first ? 0 : WAIT_SECONDS;
        const page = await ask({ after: at, since: at ? undefined : since, wait, limit: 1000 });
        if (!on()) {
          return;
        }
        hear.alive();
        if (page.reset) {
          hear.tell({ is: 'reset', channel, reset: page.reset });
        }
        if (first && !up) {
          up = true;
          hear.up({ heartbeatSeconds: WAIT_SECONDS });
        }
        const { epoch, availableFrom, reset } = page;
        let before = reset || !at ? { epoch, offset: (page.events[0]?.offset ?? availableFrom) - 1 } : at;
        at || hear.tell({ is: 'begin', channel, at: before, asked: want.from });
        for (const event of page.events) {
          hear.tell({ is: 'event', channel, after: before, event });
          before = event;
        }
        at = read(page.next) ?? before;
        hear.tell({ is: 'move', channel, after: before, at });
        if (page.complete) {
          const { end } = page;
          return hear.tell({ is: 'says', channel, type: end?.type ?? 'complete', data: end ?? { channel } });
        }
        if (!wait && !page.events.length) {
          await pause(first ? 0 : PAUSE_MILLIS);
        }
      }
    }

    function follow(want: Want): void {
      wanted.set(want.channel, want);
      if (!isWildcard(want.channel)) {
        poll(want).catch((cause) => {
          const error = errorOf(cause);
          if (error.retry || !error.status || error.status === 401) {
            end(error);
          } else if (!abort.signal.aborted) {
            hear.tell({ is: 'says', channel: want.channel, type: 'problem', data: problemOf(error) });
          }
        });
      }
    }

    wants.forEach(follow);
    if (!wants.length) {
      queueMicrotask(() => abort.signal.aborted || hear.up({}));
    }
    return {
      follow,
      unfollow: (channel) => wanted.delete(channel),
      renew: () => undefined,
      close: () => abort.abort(),
    };
  };
