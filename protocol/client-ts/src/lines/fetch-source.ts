/** An event stream by `fetch`: sends the login as a header, hears heartbeats, and learns why it was refused. */
import { refusalOf } from '../api';
import { errorOf, MillraceError } from '../problem';
import { sseParser } from '../sse-parser';
import type { Source } from './eventstream';

export const fetchSource: Source = ({ address, token, lastEventId, needs: { options }, ...events }) => {
  const abort = new AbortController();
  const headers: Record<string, string> = { Accept: 'text/event-stream' };
  token && (headers.Authorization = 'Bearer ' + token);
  lastEventId && (headers['Last-Event-ID'] = lastEventId);

  async function run(): Promise<MillraceError | undefined> {
    const response = await (options.fetch ?? fetch)(address, {
      headers,
      signal: abort.signal,
      cache: 'no-store',
      credentials: options.credentials,
    });
    if (response.status === 204) {
      return undefined;
    }
    if (!response.ok || !response.body) {
      throw await refusalOf(response);
    }
    const parse = sseParser(events);
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return new MillraceError({ detail: 'the stream was cut off' });
      }
      events.alive();
      parse(decoder.decode(value, { stream: true }));
    }
  }

  run().then(events.failed, (cause) => abort.signal.aborted || events.failed(errorOf(cause)));
  return () => abort.abort();
};
