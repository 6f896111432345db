/** The client as React hooks. Snapshots are stable, and a component that is mounted twice connects once. */
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type {
  Commanded,
  Handler,
  MillraceError,
  MillraceEvent,
  Present,
  Release,
  StatusDetail,
  SubscribeOptions,
} from '@millrace/client';
import { useClient } from './context';

/** The newest value in a box that effects can read without being run anew. */
export function useNewest<T>(value: T): { readonly current: T } {
  const box = useRef(value);
  useEffect(() => {
    box.current = value;
  });
  return box;
}

const OFF: StatusDetail = { status: 'disconnected' };

export function useStatus(): StatusDetail {
  const client = useClient();
  const watch = useCallback((changed: () => void) => client.onStatus(changed), [client]);
  return useSyncExternalStore(watch, () => client.status, () => OFF);
}

export interface RealtimeOptions {
  /** `false`: don't connect. */
  enabled?: boolean;
  /** Milliseconds, always the same pause. Default: growing, with jitter. */
  reconnectDelay?: number;
  /** Default: without end. */
  maxReconnectAttempts?: number;
  /** Also follow these channels while mounted. */
  channels?: string[];
}

export interface Realtime {
  isConnected: boolean;
  /** Hears events of a type, or of all (`*`), from the subscribed channels. */
  subscribe<T = any>(type: string, handler: Handler<T>): Release;
  /** The newest event of any type. */
  lastEvent: MillraceEvent | undefined;
}

export function useRealtime(options: RealtimeOptions = {}): Realtime {
  const { enabled = true, reconnectDelay, maxReconnectAttempts, channels = [] } = options;
  const client = useClient();
  const { status } = useStatus();
  const lastEvent = useLast(client);
  const names = channels.join();
  useEffect(() => {
    if (enabled) {
      const changes: { delay?: number; attempts?: number } = {};
      reconnectDelay === undefined || (changes.delay = reconnectDelay);
      maxReconnectAttempts === undefined || (changes.attempts = maxReconnectAttempts);
      client.configure(changes);
      const releases = [client.connect()];
      names && names.split(',').forEach((name) => releases.push(client.subscribe(name).unsubscribe));
      return () => releases.reverse().forEach((release) => release());
    }
  }, [client, enabled, reconnectDelay, maxReconnectAttempts, names]);
  const subscribe = useCallback(<T>(type: string, handler: Handler<T>) => client.on(type, handler), [client]);
  return { isConnected: status === 'connected', subscribe, lastEvent };
}

function useLast(client: ReturnType<typeof useClient>): MillraceEvent | undefined {
  const last = useRef<MillraceEvent | undefined>(undefined);
  const watch = useCallback(
    (changed: () => void) =>
      client.on('*', (_, event) => {
        last.current = event;
        changed();
      }),
    [client],
  );
  return useSyncExternalStore(watch, () => last.current, () => undefined);
}

/** Hears `module:action` and `module:action:more`; the action is all that comes after the module's name. */
export function useRealtimeModule<T = any>(
  module: string,
  handler: (action: string, data: T, event: MillraceEvent<T>) => void,
): void {
  const client = useClient();
  const newest = useNewest(handler);
  useEffect(
    () =>
      client.on<T>('*', (data, event) => {
        if (event.type.startsWith(module + ':')) {
          newest.current(event.type.slice(module.length + 1), data, event);
        }
      }),
    [client, module, newest],
  );
}

export interface ChannelOptions<T = any> extends SubscribeOptions<T> {
  enabled?: boolean;
  /** How many of the newest events are kept for the component. Default 100. */
  keep?: number;
}

export interface ChannelState<T = any> {
  /** The newest events, oldest first. */
  events: readonly MillraceEvent<T>[];
  lastEvent: MillraceEvent<T> | undefined;
  /** The entity's state, where it was subscribed to with `from: 'state'`. */
  state: any;
  complete: boolean;
  error: MillraceError | undefined;
}

const NOTHING: ChannelState = { events: [], lastEvent: undefined, state: undefined, complete: false, error: undefined };

/** Follows a channel while the component is mounted. What is kept is forgotten when the server says `reset`. */
export function useChannel<T = any>(channel: string, options: ChannelOptions<T> = {}): ChannelState<T> {
  const { enabled = true, keep = 100, from, filters, presence, resume } = options;
  const client = useClient();
  const newest = useNewest(options);
  const [state, setState] = useState<ChannelState<T>>(NOTHING);
  const terms = JSON.stringify([from, filters, presence, resume]);
  useEffect(() => {
    if (!enabled) {
      return;
    }
    setState(NOTHING);
    const change = (next: Partial<ChannelState<T>>): void => setState((before) => ({ ...before, ...next }));
    const hear = (name: 'onPresence'): Handler => (data, event) => newest.current[name]?.(data, event);
    const release = client.connect();
    const { unsubscribe } = client.subscribe<T>(channel, {
      from,
      filters,
      presence,
      resume,
      onPresence: hear('onPresence'),
      onEvent(data, event) {
        newest.current.onEvent?.(data, event);
        setState((before) => ({ ...before, lastEvent: event, events: [...before.events.slice(keep > 1 ? 1 - keep : before.events.length), event] }));
      },
      onState(data, event) {
        newest.current.onState?.(data, event);
        change({ state: data });
      },
      onReset(data, event) {
        newest.current.onReset?.(data, event);
        change({ events: [] });
      },
      onComplete(data, event) {
        newest.current.onComplete?.(data, event);
        change({ complete: true });
      },
      onProblem(error, event) {
        newest.current.onProblem?.(error, event);
        change({ error });
      },
    });
    return () => {
      unsubscribe();
      release();
    };
    // The terms stand for what they are made of.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client, channel, enabled, keep, terms, newest]);
  return state;
}

/** Who is on the channel, kept up to date. */
export function usePresence(channel: string): { users: readonly Present[]; count: number } {
  const [users, setUsers] = useState<readonly Present[]>([]);
  useChannel(channel, {
    presence: true,
    keep: 1,
    onPresence({ action, userId = '', users: all = [], time }) {
      setUsers((before) => {
        const others = before.filter((user) => user.userId !== userId);
        const joined = { userId, connections: 1, since: time, lastSeen: time };
        return action === 'state' ? all : action === 'join' ? [...others, joined] : others;
      });
    },
  });
  return { users, count: users.length };
}

export interface CommandState<R = any> {
  /** Rejects as well as setting `error`. */
  send(data?: unknown, options?: { id?: string; expectedOffset?: number }): Promise<Commanded>;
  isPending: boolean;
  result: (Commanded & { reply?: R }) | undefined;
  error: MillraceError | undefined;
}

/** A command of the channel's entity. A failed one can be sent again; give it the same `id` where it must be done once. */
export function useCommand<R = any>(channel: string, name: string): CommandState<R> {
  const client = useClient();
  const [state, setState] = useState<{ pending: number; result?: Commanded; error?: MillraceError }>({ pending: 0 });
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  const send = useCallback(
    async (data?: unknown, options?: { id?: string; expectedOffset?: number }) => {
      const settle = (with_: { result?: Commanded; error?: MillraceError }): void => {
        mounted.current && setState(({ pending }) => ({ pending: pending - 1, ...with_ }));
      };
      setState(({ pending, result }) => ({ pending: pending + 1, result }));
      try {
        const result = await client.command(channel, name, data, options);
        settle({ result });
        return result;
      } catch (error) {
        settle({ error: error as MillraceError });
        throw error;
      }
    },
    [client, channel, name],
  );
  return { send, isPending: state.pending > 0, result: state.result, error: state.error };
}
