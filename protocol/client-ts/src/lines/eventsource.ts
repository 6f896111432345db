/**
 * An event stream by the browser's own EventSource, for pages where `fetch` can't stream. It can't send a header, so the
 * login is a cookie or, where the server allows that, stands in the address.
 */
import { MillraceError } from '../problem';
import type { Source } from './eventstream';

/** It hears only what it knows by name, so events come without one, as `message`. */
const NAMES = 'connected reset problem reconnect complete heartbeat batch compressed state presence cursor message'.split(' ');

export const eventSource: Source = ({ address, token, lastEventId, needs: { options }, ...events }) => {
  const query = new URLSearchParams();
  token && query.append('token', token);
  lastEventId && query.append('lastEventId', lastEventId);
  const source = new (options.EventSource ?? EventSource)(`${address}&${query}`, {
    withCredentials: options.credentials === 'include',
  });
  NAMES.forEach((type) =>
    source.addEventListener(type, ({ data, lastEventId: id }) => {
      events.alive();
      events.block({ type, data, id });
    }),
  );
  // It would come back by itself; the client does, with its own pauses and a fresh login.
  source.onerror = () => {
    source.close();
    events.failed(new MillraceError({ detail: 'the EventSource failed' }));
  };
  return () => source.close();
};
