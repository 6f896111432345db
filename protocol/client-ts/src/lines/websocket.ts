/** Events over one WebSocket: subscribes and unsubscribes on it, renews its login on it. */
import { MillraceError } from '../problem';
import { read } from '../position';
import { compressQuery, eventOf, inOrder, routeOf, tellControl, type Line, type Transport, type Want } from '../wire';

export const websocket: Transport = ({ url, token, wants, hear, options, parse }) => {
  const query = new URLSearchParams(compressQuery(options));
  const socket = new (options.WebSocket ?? WebSocket)(url.replace(/^http/, 'ws') + '/v1/ws' + (query.size ? '?' + query : ''));
  const wanted = new Map<string, Want>();
  /** Subscriptions that wait for an answer, by their ref. */
  const asked = new Map<unknown, Want>();
  let up = false;
  let closed = false;
  let ref = 0;
  let last: MillraceError | undefined;

  function say(message: object): number {
    socket.send(JSON.stringify({ ...message, ref: ++ref }));
    return ref;
  }

  function ask(want: Want): void {
    if (!closed && wanted.get(want.channel) === want) {
      const { channel, at, from, filters, presence } = want;
      // A place known by its number only can't be asked for here: it is live from now on, and what lies between is fetched.
      asked.set(say({ type: 'subscribe', channel, from: at ? at.id : from, filters, presence: presence || undefined }), want);
    }
  }

  function follow(want: Want): void {
    wanted.set(want.channel, want);
    up && ask(want);
  }

  function subscribed({ ref, channel, id }: any): void {
    const want = asked.get(ref);
    asked.delete(ref);
    hear.tell({
      is: 'begin',
      channel,
      at: read(id) ?? { epoch: '', offset: 0, id },
      asked: want?.at ? undefined : want?.from,
    });
  }

  function refused(problem: any): void {
    const want = asked.get(problem.ref);
    const error = new MillraceError(problem);
    if (!want) {
      // Without a ref it says why the connection is about to end.
      last = error;
    } else if (error.retry) {
      setTimeout(ask, 1000 * (error.retryAfter ?? 1), want);
    } else {
      wanted.delete(want.channel);
      hear.tell({ is: 'says', channel: want.channel, type: 'problem', data: problem });
    }
    asked.delete(problem.ref);
  }

  function take(message: any): void {
    const { type } = message;
    if (closed) {
      return;
    }
    if (type === 'event') {
      hear.tell({ is: 'event', channel: routeOf(message), event: eventOf(message, message.event) });
    } else if (type === 'batch') {
      message.events.forEach(take);
    } else if (type === 'connected') {
      // What is followed because of this word is asked for below, with the rest.
      hear.up(message);
      up = true;
      wanted.forEach(ask);
    } else if (type === 'subscribed') {
      subscribed(message);
    } else if (type === 'problem' && !(message.channel && message.ref === undefined)) {
      refused(message);
    } else if (!tellControl(type, message, message.id, hear) && type === 'complete') {
      last = new MillraceError({ code: 'complete', number: 4507 });
    }
  }

  function down(event: { code?: number; reason?: string }): void {
    if (!closed) {
      closed = true;
      const { code: number = 0, reason } = event;
      const known = number >= 4000 || reason ? { code: reason || undefined, number: number >= 4000 ? number : 0 } : {};
      hear.down({ error: last ?? new MillraceError({ detail: `WebSocket closed with ${number}`, ...known }) });
    }
  }

  const receive = inOrder<any>(
    (message) => (message.type === 'compressed' ? import('../gunzip').then(({ gunzip }) => gunzip(message.data)).then(parse) : message),
    take,
    () => socket.close(),
  );
  socket.onopen = () => token && say({ type: 'authenticate', token });
  socket.onmessage = ({ data }) => {
    hear.alive();
    receive(parse(data));
  };
  socket.onclose = down;
  wants.forEach(follow);

  const line: Line = {
    follow,
    unfollow(channel) {
      wanted.delete(channel) && up && !closed && say({ type: 'unsubscribe', channel });
    },
    ask: () => {
      up && !closed && say({ type: 'ping' });
    },
    renew: (fresh) => {
      up && !closed && say({ type: 'authenticate', token: fresh });
    },
    close() {
      closed = true;
      socket.close();
    },
  };
  return line;
};
