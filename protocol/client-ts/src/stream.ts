/** A subpath of its own: one event stream at any address, of this server or another: comes back by itself, as a browser's EventSource does. */
import { backoff } from './backoff';
import { fetchSource } from './lines/fetch-source';
import type { MillraceError } from './problem';
import type { Block } from './sse-parser';
import type { ReconnectOptions, Release } from './types';

export { sseParser, type Block, type ParserEvents } from './sse-parser';

export interface EventStreamOptions {
  /** Asked at each attempt. */
  getToken?: () => string | undefined | Promise<string | undefined>;
  /** Go on after this id. */
  lastEventId?: string;
  /** `false`: don't come back. */
  reconnect?: boolean | ReconnectOptions;
  credentials?: RequestCredentials;
  fetch?: typeof fetch;
  onOpen?(): void;
  onEvent(event: Block): void;
  /** `over`: it won't come back by itself. */
  onError?(error: MillraceError, over: boolean): void;
  /** The server has said `complete`, or 204. A stream of several channels is over with the last of them. */
  onComplete?(): void;
}

/** The channel that a word of the server is about; undefined where it is about all. */
function channelOf({ data }: Block): string | undefined {
  try {
    return JSON.parse(data)?.channel;
  } catch {
    return undefined;
  }
}

export function openEventStream(address: string, options: EventStreamOptions): Release {
  const { reconnect = true, onOpen, onEvent, onError, onComplete } = options;
  const pauses = backoff(typeof reconnect === 'object' ? reconnect : undefined);
  let lastEventId = options.lastEventId;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop: Release | undefined;
  let closed = false;
  /** Several channels in one address end each by itself. */
  const channels = new Set(new URLSearchParams(address.split('?')[1]).getAll('channel'));
  const ended = new Set<string>();

  /** Whether nothing more comes after it. */
  function ends(block: Block): boolean {
    const complete = block.type === 'complete';
    const channel = complete || block.type === 'problem' ? channelOf(block) : undefined;
    if (!channel || !channels.has(channel)) {
      return complete;
    }
    return ended.add(channel).size === channels.size;
  }

  async function open(): Promise<void> {
    const token = await options.getToken?.();
    if (closed) {
      return;
    }
    let up = false;
    stop = fetchSource({
      address,
      token,
      lastEventId,
      needs: { options: { credentials: 'same-origin', ...options } as any } as any,
      block(block) {
        if (closed) {
          return;
        }
        lastEventId = block.id;
        onEvent(block);
        if (ends(block)) {
          close();
          onComplete?.();
        }
      },
      moved: (id) => (lastEventId = id),
      alive() {
        up || onOpen?.();
        up = true;
        pauses.reset();
      },
      retry: pauses.propose,
      failed(error) {
        if (closed) {
          return;
        }
        if (!error) {
          closed = true;
          return onComplete?.();
        }
        const millis = reconnect && error.retry ? pauses.next(1000 * (error.retryAfter ?? 0)) : undefined;
        closed = millis === undefined;
        onError?.(error, closed);
        timer = closed ? undefined : setTimeout(open, millis);
      },
    });
  }

  function close(): void {
    closed = true;
    clearTimeout(timer);
    stop?.();
  }

  open();
  return close;
}
