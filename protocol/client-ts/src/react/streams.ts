/** Hooks for one event stream or WebSocket at any address, of this server or another. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { MillraceError } from '@millrace/client';
import { openEventStream, type Block } from '@millrace/client/stream';
import { useNewest } from './hooks';

export interface StreamOptions {
  onError?(error: MillraceError): void;
  /** Default true: come back when cut off. */
  reconnect?: boolean;
  /** Default 5. */
  maxReconnectAttempts?: number;
  /** Milliseconds between attempts. Default 3,000. */
  reconnectDelay?: number;
}

interface Options {
  reconnect: boolean;
  attempts: number;
  delay: number;
}

const filled = ({ reconnect = true, maxReconnectAttempts: attempts = 5, reconnectDelay: delay = 3000 }: StreamOptions): Options => ({
  reconnect,
  attempts,
  delay,
});

/** JSON as what it says, anything else as text. */
function reading(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export interface SSEState<T = any> {
  /** The newest event's data. */
  data: T | undefined;
  lastEvent: Block | undefined;
  isConnected: boolean;
  /** The server has said that nothing more comes. */
  complete: boolean;
  error: MillraceError | undefined;
}

const SILENT: SSEState = { data: undefined, lastEvent: undefined, isConnected: false, complete: false, error: undefined };

/** @param url `null`: don't connect */
export function useSSE<T = any>(
  url: string | null,
  options: StreamOptions & { onEvent?(data: T, event: Block): void; getToken?: () => string | undefined | Promise<string | undefined> } = {},
): SSEState<T> {
  const [state, setState] = useState<SSEState<T>>(SILENT);
  const newest = useNewest(options);
  const { reconnect, attempts, delay } = filled(options);
  useEffect(() => {
    if (url !== null) {
      setState(SILENT);
      const change = (next: Partial<SSEState<T>>): void => setState((before) => ({ ...before, ...next }));
      return openEventStream(url, {
        getToken: () => newest.current.getToken?.(),
        reconnect: reconnect && { attempts, delay },
        onOpen: () => change({ isConnected: true, error: undefined }),
        onEvent(event) {
          const data = reading(event.data);
          newest.current.onEvent?.(data, event);
          change({ data, lastEvent: event });
        },
        onError(error) {
          change({ error, isConnected: false });
          newest.current.onError?.(error);
        },
        onComplete: () => change({ complete: true, isConnected: false }),
      });
    }
  }, [url, reconnect, attempts, delay, newest]);
  return state;
}

export interface SocketState<T = any> {
  lastMessage: T | undefined;
  isConnected: boolean;
  error: MillraceError | undefined;
  /** Objects go as JSON. @returns false where there is no connection */
  send(message: unknown): boolean;
}

/** A plain WebSocket that comes back. @param url `null`: don't connect */
export function useWebSocket<T = any>(
  url: string | null,
  options: StreamOptions & { onMessage?(message: T): void; protocols?: string | string[] } = {},
): SocketState<T> {
  const [state, setState] = useState<Omit<SocketState<T>, 'send'>>({ lastMessage: undefined, isConnected: false, error: undefined });
  const socket = useRef<WebSocket | undefined>(undefined);
  const newest = useNewest(options);
  const { reconnect, attempts, delay } = filled(options);
  useEffect(() => {
    if (url === null) {
      return;
    }
    let closed = false;
    let tried = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const change = (next: Partial<SocketState<T>>): void => {
      closed || setState((before) => ({ ...before, ...next }));
    };
    const open = (): void => {
      const mine = new WebSocket(new URL(url, location.href.replace(/^http/, 'ws')), newest.current.protocols);
      socket.current = mine;
      mine.onopen = () => {
        tried = 0;
        change({ isConnected: true, error: undefined });
      };
      mine.onmessage = ({ data }) => {
        const lastMessage = typeof data === 'string' ? reading(data) : data;
        newest.current.onMessage?.(lastMessage);
        change({ lastMessage });
      };
      mine.onclose = ({ code, reason }) => {
        if (!closed) {
          const error = new MillraceError({ code: reason || 'network', number: code >= 4000 ? code : 0, detail: `closed with ${code}` });
          change({ isConnected: false, error });
          newest.current.onError?.(error);
          timer = reconnect && error.retry && tried++ < attempts ? setTimeout(open, delay) : undefined;
        }
      };
    };
    open();
    return () => {
      closed = true;
      clearTimeout(timer);
      socket.current?.close();
    };
  }, [url, reconnect, attempts, delay, newest]);
  const send = useCallback((message: unknown) => {
    const open = socket.current?.readyState === 1;
    open && socket.current!.send(typeof message === 'string' ? message : JSON.stringify(message));
    return open;
  }, []);
  return { ...state, send };
}
