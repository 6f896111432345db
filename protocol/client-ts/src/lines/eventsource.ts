/**
 * An event stream by the browser's own EventSource, for pages where `fetch` can't stream. It can't send a header, so the
 * login is a cookie or, where the server allows that, stands in the address. It only hears types it knows by name: those
 * with a handler when the line is opened or added later; a handler for '*' alone hears nothing here.
 */
import { MillraceError } from '../problem';
import type { Source } from './eventstream';

const CONTROLS = 'connected reset problem reconnect complete heartbeat batch compressed state presence cursor message'.split(' ');

export const eventSource: Source = ({ address, token, lastEventId, needs: { options, types }, ...events }) => {
  const query = new URLSearchParams();
  token && query.append('token', token);
  lastEventId && query.append('lastEventId', lastEventId);
  const source = new (options.EventSource ?? EventSource)(`${address}&${query}`, {
    withCredentials: options.credentials === 'include',
  });
  const known = new Set<string>();
  const hear = (type: string): void => {
    if (type !== '*' && !known.has(type)) {
      known.add(type);
      source.addEventListener(type, (event) => {
        events.alive();
        events.block({ type, data: event.data, id: event.lastEventId });
      });
    }
  };
  CONTROLS.forEach(hear);
  const more = setInterval(() => [...types()].forEach(hear), 250);
  [...types()].forEach(hear);
  const stop = (): void => {
    clearInterval(more);
    source.close();
  };
  // It would come back by itself; the client does, with its own pauses and a fresh login.
  source.onerror = () => {
    stop();
    events.failed(new MillraceError({ detail: 'the EventSource failed' }));
  };
  return stop;
};
