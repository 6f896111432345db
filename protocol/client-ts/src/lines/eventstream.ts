/**
 * Events over Server-Sent Events: one stream for all channels, and one for each wildcard, since the server wants those alone.
 * When the channels change, a new stream is opened before the old one is closed.
 */
import type { Api } from '../api';
import { isLogin, MillraceError } from '../problem';
import { problemOf } from '../problem-json';
import { read } from '../position';
import type { Block } from '../sse-parser';
import { gunzip } from '../gunzip';
import { filterQuery } from '../filters';
import {
  compressQuery,
  eventOf,
 
  inOrder,
  isWildcard,
  routeOf,
  tellControl,
  type Hello,
  type Line,
  type LineNeeds,
  type Transport,
  type Want,
} from '../wire';

/** Who listens to the bytes of one response. */
export interface SourceEvents {
  block(block: Block): void;
  moved(id: string): void;
  alive(): void;
  retry(millis: number): void;
  /** Once. `error` is missing where the server says that the stream is over (204). */
  failed(error?: MillraceError): void;
}

export interface SourceNeeds extends SourceEvents {
  address: string;
  token?: string;
  lastEventId?: string;
  needs: LineNeeds;
}

/** Opens one response. @returns closes it */
export type Source = (needs: SourceNeeds) => () => void;

interface Stream {
  key: string;
  up: boolean;
  close(): void;
}

/** @param envelope how events are to be written, see the protocol: whole, and by names or by none */
export const eventStream = (source: Source, envelope: 'full' | 'unnamed', api: Api): Transport => (needs) => {
  const { hear, options, parse, group } = needs;
  const wanted = new Map(needs.wants.map((want) => [want.channel, want]));
  /** The streams by the channel pattern they are for; '' for all that are no pattern. */
  const streams = new Map<string, Stream>();
  let hello: Hello | undefined;
  let closed = false;
  let syncing = false;
  let token = needs.token;

  function end(error?: MillraceError): void {
    if (!closed) {
      close();
      hear.down({ error });
    }
  }

  function close(): void {
    closed = true;
    streams.forEach((stream) => stream.close());
  }

  /** One channel that may not be followed must not keep the others from being followed. */
  async function refused(wants: Want[], error: MillraceError): Promise<void> {
    if (error.retry || isLogin(error) || !error.status || !wants.length) {
      return end(error);
    }
    const bad = wants.length === 1 ? wants : [];
    if (!bad.length) {
      for (const want of wants) {
        await api.history(want.channel, { limit: 1 }).catch((cause) => cause.retry || bad.push(want));
      }
    }
    bad.forEach(({ channel }) => {
      wanted.delete(channel);
      hear.tell({ is: 'says', channel, type: 'problem', data: problemOf(error) });
    });
    bad.length ? sync() : end(error);
  }

  const inGroup = (name: string): Want[] =>
    [...wanted.values()].filter(({ channel }) => (isWildcard(channel) ? channel : '') === name);

  /** Opens what is wanted and not open, closes what is open and not wanted. */
  function sync(anew = false): void {
    syncing = false;
    if (closed) {
      return;
    }
    const names = new Set([...wanted.keys()].map((channel) => (isWildcard(channel) ? channel : '')));
    !wanted.size && options.own && names.add('');
    streams.forEach((stream, name) => {
      if (!names.has(name)) {
        stream.close();
        streams.delete(name);
      }
    });
    names.forEach((name) => {
      const key = JSON.stringify(inGroup(name).map(({ channel, filters, presence }) => [channel, filters, presence]).sort());
      if (anew || streams.get(name)?.key !== key) {
        open(name, key);
      }
    });
    if (!names.size && !hello) {
      hear.up((hello = {}));
    }
  }

  function later(): void {
    if (!syncing) {
      syncing = true;
      queueMicrotask(sync);
    }
  }

  function address(wants: Want[], from: string | undefined): string {
    const query = new URLSearchParams(wants.map(({ channel }) => ['channel', channel]));
    const set = (pairs: [string, string][]): void => pairs.forEach(([name, value]) => query.append(name, value));
    wants.length || query.append('own', 'true');
    query.append('envelope', envelope);
    from && query.append('from', from);
    wants.some(({ presence }) => presence) && query.append('presence', 'true');
    set(filterQuery(shared(wants)));
    set(compressQuery(options));
    return `${needs.url}/v1/events?${query}`;
  }

  function open(name: string, key: string): void {
    const wants = inGroup(name);
    const alone = wants.length === 1 ? wants[0] : undefined;
    // A cursor stands for just the channels it was given for. Where they have changed, it begins live, and what lies between
    // is fetched for each channel.
    const lastEventId = alone ? alone.at?.id : group.key === key ? group.id : undefined;
    const from = alone && !alone.at ? alone.from : undefined;
    const before = streams.get(name);
    let gone = false;
    const keep = (id: string): void => {
      if (!alone) {
        group.key = key;
        group.id = id;
      }
    };

    function take(block: Block): void {
      const { type, id } = block;
      const data = type === 'heartbeat' ? {} : parse(block.data);
      id && keep(id);
      if (type === 'connected') {
        for (const { channel, from: offset } of data.channels) {
          hear.tell({ is: 'begin', channel, asked: from, at: (alone && read(id)) || { epoch: data.epoch, offset } });
        }
        if (alone && name) {
          hear.tell({ is: 'begin', channel: name, at: { epoch: '', offset: 0, id } });
        }
        isUp(data);
      } else if (type === 'batch') {
        data.events.forEach((event: any) => tellEvent(event, event.event ?? event.type));
      } else if (!tellControl(type, data, id, hear)) {
        if (type === 'problem' || type === 'complete') {
          gone = true;
          end(type === 'problem' ? new MillraceError(data) : new MillraceError({ code: type, number: 4507 }));
        } else {
          tellEvent(data, data.event ?? type);
        }
      }
    }

    function tellEvent(envelope: any, type: string): void {
      hear.tell({ is: 'event', channel: routeOf(envelope), event: eventOf(envelope, type) });
    }

    function isUp(data: Hello): void {
      stream.up = true;
      before?.close();
      if (!hello && [...streams.values()].every(({ up }) => up)) {
        hear.up((hello = data));
      }
    }

    const receive = inOrder<Block>(
      (block) =>
        block.type === 'compressed'
          ? gunzip(parse(block.data).data).then((text) => {
              const { event, data } = parse(text);
              return { type: event, data: JSON.stringify(data), id: block.id };
            })
          : block,
      (block) => gone || closed || take(block),
      () => end(),
    );
    const stream: Stream = { key, up: false, close: () => undefined };
    streams.set(name, stream);
    const stop = source({
      address: address(wants, from),
      token,
      lastEventId,
      needs,
      block: receive,
      moved(id) {
        keep(id);
        const at = alone && read(id);
        at && hear.tell({ is: 'move', channel: alone.channel, at });
      },
      alive: hear.alive,
      retry: hear.retry,
      failed(error) {
        if (!gone) {
          gone = true;
          if (error) {
            refused(wants, error);
          } else {
            wants.forEach(({ channel }) => hear.tell({ is: 'says', channel, type: 'complete', data: { channel } }));
          }
        }
      },
    });
    stream.close = () => {
      gone = true;
      stop();
      before?.close();
    };
  }

  later();

  const line: Line = {
    follow(want) {
      wanted.set(want.channel, want);
      later();
    },
    unfollow(channel) {
      wanted.delete(channel);
      later();
    },
    renew(fresh) {
      token = fresh;
      sync(true);
    },
    close,
  };
  return line;
};

/** The filters of all, where they are the same. */
function shared(wants: Want[]): Want['filters'] {
  const first = wants[0]?.filters;
  return wants.every(({ filters }) => JSON.stringify(filters) === JSON.stringify(first)) ? first : undefined;
}
