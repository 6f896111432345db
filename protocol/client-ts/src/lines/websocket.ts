/** Events over one WebSocket: subscribes and unsubscribes on it, renews its login on it. */
import { MillraceError } from '../problem';
import { read } from '../position';
import { compressQuery, eventOf, inOrder, routeOf, tellControl, type Line, type Transport, type Want } from '../wire';

export const websocket: Transport = ({ url, token, wants, hear, options, parse, group }) => {
  const query = new URLSearchParams(compressQuery(options));
  const socket = new (options.WebSocket ?? WebSocket)(url.replace(/^http/, 'ws') + '/v1/ws?session=true&' + query);
  const wanted = new Map<string, Want>();
  /** Subscriptions that wait for an answer, by their ref. */
  const asked = new Map<unknown, Want>();
  let up = false;
  let closed = false;
  let ref = 0;
  /** The ref of a resume that waits for its answer; 0, which none has, where none waits. */
  let resuming = 0;
  let hello: any;
  let last: MillraceError | undefined;

  function say(message: object): number {
    socket.send(JSON.stringify({ ...message, ref: ++ref }));
    return ref;
  }

  function ask(want: Want): void {
    if (!closed && wanted.get(want.channel) === want) {
      const { channel, at, from, filters, presence } = want;
      // A place known by its number only can't be asked for here: it is live from now on, and what lies between is fetched.
      asked.set(say({ type: 'subscribe', channel, from: at ? at.id : from, filters, presence }), want);
    }
  }

  function follow(want: Want): void {
    wanted.set(want.channel, want);
    up && !resuming && ask(want);
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
      hello = message;
      resuming || wanted.forEach(ask);
    } else if (message.ref === resuming) {
      // What the session doesn't follow, or all where there is none.
      resuming = 0;
      up && wanted.forEach((want, channel) => message.channels?.includes(channel) || ask(want));
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
      const { code = 0, reason } = event;
      const number = code < 4000 ? 0 : code;
      hear.down({ error: last ?? new MillraceError({ detail: 'WebSocket closed with ' + code, code: reason || undefined, number }) });
    }
  }

  const receive = inOrder<any>(
    (message) => (message.type === 'compressed' ? import('../gunzip').then(({ gunzip }) => gunzip(message.data)).then(parse) : message),
    take,
    () => socket.close(),
  );
  socket.onopen = () => {
    const { at } = group;
    if (at?.session) {
      const from = Object.fromEntries([...wanted].map(([channel, { at }]) => [channel, at?.id]));
      resuming = say({ type: 'resume', connection: at.connectionId, secret: at.session.secret, from });
    }
    token && say({ type: 'authenticate', token });
  };
  socket.onmessage = ({ data }) => {
    hear.alive();
    receive(parse(data));
  };
  socket.onclose = down;
  wants.forEach(follow);

  const line: Line = {
    follow,
    unfollow(channel) {
      wanted.delete(channel) && up && say({ type: 'unsubscribe', channel });
    },
    ask: () => {
      up && say({ type: 'ping' });
    },
    renew: (fresh) => {
      up && say({ type: 'authenticate', token: fresh });
    },
    close(code) {
      closed = true;
      group.at = !code && hello;
      socket.close(code);
    },
  };
  return line;
};
