import { StrictMode, version, type ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { act, cleanup, configure, render, renderHook, screen, waitFor } from '@testing-library/react';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient, memoryCursors, type Client } from '@millrace/client';
import {
  ConnectionLost,
  RealtimeBadge,
  RealtimeProvider,
  useChannel,
  useCommand,
  useOptimisticUpdate,
  usePresence,
  useRealtime,
  useRealtimeModule,
  useSSE,
} from '@millrace/client/react';
import { useChannelQuery } from '@millrace/client/query';
import { FakeServer } from '../fake-server';

// A busy machine is no reason to fail.
configure({ asyncUtilTimeout: 20_000 });

let server: FakeServer;
let client: Client;

beforeEach(() => {
  server = new FakeServer();
  client = createClient({ ...server.options(), cursors: memoryCursors(), reconnect: { delay: 20 } });
});
afterEach(() => {
  cleanup();
  client.close();
});

const wrapper = ({ children }: { children: ReactNode }) => (
  <StrictMode>
    <RealtimeProvider client={client}>{children}</RealtimeProvider>
  </StrictMode>
);
const publish = (channel: string, type: string, data: unknown) => act(async () => void server.publish(channel, type, data));

describe(`React ${version}`, () => {
  it('useRealtime connects once, hears, and disconnects when the last component goes', async () => {
    const heard: unknown[] = [];
    const one = renderHook(() => useRealtime({ channels: ['stable', 'user:u'] }), { wrapper });
    const two = renderHook(() => useRealtime(), { wrapper });
    await waitFor(() => expect(one.result.current.isConnected && two.result.current.isConnected).toBe(true));
    expect(server.lines.size).toBe(1);
    let release!: () => void;
    act(() => void (release = one.result.current.subscribe('horses:created', (data) => heard.push(data))));
    await publish('stable', 'horses:created', { id: 1 });
    await publish('stable', 'other', 0);
    expect(heard).toEqual([{ id: 1 }]);
    expect(one.result.current.lastEvent).toMatchObject({ type: 'other', offset: 2 });
    release();
    await publish('stable', 'horses:created', { id: 2 });
    expect(heard.length).toBe(1);
    one.unmount();
    await act(async () => undefined);
    expect(server.lines.size).toBe(1);
    two.unmount();
    await waitFor(() => expect(server.lines.size).toBe(0));
  });

  it('useRealtime stays away where it is not enabled', async () => {
    const { result } = renderHook(() => useRealtime({ enabled: false }), { wrapper });
    await act(async () => undefined);
    expect(result.current.isConnected).toBe(false);
    expect(server.lines.size).toBe(0);
  });

  it('useRealtimeModule hears the module’s actions and no others', async () => {
    const heard: string[] = [];
    renderHook(
      () => {
        useRealtime({ channels: ['stable'] });
        useRealtimeModule('horses', (action, data) => heard.push(action + data.id));
      },
      { wrapper },
    );
    await waitFor(() => expect(server.listeners.size).toBe(1));
    await publish('stable', 'horses:created', { id: 1 });
    await publish('stable', 'horsesx:created', { id: 2 });
    await publish('stable', 'horses:shoe:lost', { id: 3 });
    expect(heard).toEqual(['created1', 'shoe:lost3']);
  });

  it('useChannel keeps the newest events, and forgets them on reset', async () => {
    for (let i = 1; i <= 5; i++) {
      server.publish('a', 't', i);
    }
    const { result } = renderHook(() => useChannel('a', { from: 'earliest', keep: 3 }), { wrapper });
    await waitFor(() => expect(result.current.events.map(({ data }) => data)).toEqual([3, 4, 5]));
    server.kept.set('a', 8);
    act(() => server.cut());
    await act(async () => {
      for (let i = 6; i <= 9; i++) {
        server.log('a').push({ ...server.log('a')[0]!, offset: i, id: server.id(i), data: i });
      }
    });
    await waitFor(() => expect(result.current.events.map(({ data }) => data)).toEqual([8, 9]));
  });

  it('usePresence follows who comes and goes', async () => {
    const { result } = renderHook(() => usePresence('room'), { wrapper });
    await waitFor(() => expect(server.listeners.size).toBe(1));
    const say = (message: object) => act(async () => server.say({ type: 'presence', channel: 'room', ...message }));
    await say({ action: 'state', users: [{ userId: 'a', connections: 1 }] });
    await say({ action: 'join', userId: 'b' });
    await say({ action: 'leave', userId: 'a' });
    expect(result.current).toMatchObject({ count: 1, users: [{ userId: 'b' }] });
  });

  it('useCommand tells of its way', async () => {
    const { result } = renderHook(() => useCommand('order:1', 'close'), { wrapper });
    await act(async () => void (await result.current.send({ why: 'paid' })));
    expect(result.current).toMatchObject({ isPending: false, result: { offset: 1 }, error: undefined });
    server.forbidden.add('order:1');
    await act(async () => void (await result.current.send().catch(() => undefined)));
    expect(result.current.error).toMatchObject({ code: 'forbidden' });
  });

  describe('useOptimisticUpdate', () => {
    interface Horse {
      id: string | number;
      name: string;
    }
    const start = async () => {
      const hook = renderHook(
        () => {
          useRealtime({ channels: ['stable'] });
          return useOptimisticUpdate<Horse>([{ id: 1, name: 'Ed' }], 'horses');
        },
        { wrapper },
      );
      await waitFor(() => expect(server.listeners.size).toBe(1));
      return hook;
    };
    const names = (rows: readonly Horse[]) => rows.map(({ id, name }) => `${id} ${name}`);

    it('shows a new row at once, and once when its event comes by the receipt’s position', async () => {
      const { result } = await start();
      await act(async () => {
        void result.current.optimisticAdd({ id: 'temp', name: 'Bo' }, client.publish('stable', { type: 'horses:created', data: { id: 2, name: 'Bo' } }));
      });
      await waitFor(() => expect(names(result.current.data)).toEqual(['1 Ed', '2 Bo']));
      // The event may also come before the receipt, or long after it.
      let answer!: (receipt: object) => void;
      await act(async () => void result.current.optimisticAdd({ id: 'temp2', name: 'Cy' }, new Promise((resolve) => (answer = resolve))));
      expect(names(result.current.data)).toEqual(['1 Ed', '2 Bo', 'temp2 Cy']);
      await act(async () => answer({ channel: 'stable', epoch: server.epoch, offset: 2 }));
      expect(names(result.current.data)).toEqual(['1 Ed', '2 Bo', 'temp2 Cy']);
      await publish('stable', 'horses:created', { id: 3, name: 'Cy' });
      expect(names(result.current.data)).toEqual(['1 Ed', '2 Bo', '3 Cy']);
    });

    it('confirms by the row’s id where the request says no position', async () => {
      const { result } = await start();
      await act(async () => void result.current.optimisticAdd({ id: 'temp', name: 'Bo' }, Promise.resolve({ id: 2, name: 'Bo' })));
      expect(names(result.current.data)).toEqual(['1 Ed', 'temp Bo']);
      await publish('stable', 'horses:created', { id: 2, name: 'Bo' });
      expect(names(result.current.data)).toEqual(['1 Ed', '2 Bo']);
    });

    it('rolls back what the server refuses, and nothing else', async () => {
      const { result } = await start();
      let refuse!: (reason: Error) => void;
      let failure: unknown;
      await act(async () => {
        void result.current.optimisticUpdate(1, { name: 'Edward' }, Promise.resolve());
        result.current.optimisticRemove(1, new Promise((_, reject) => (refuse = reject))).catch((error) => (failure = error));
      });
      expect(result.current.data).toEqual([]);
      await act(async () => refuse(new Error('no')));
      expect(names(result.current.data)).toEqual(['1 Edward']);
      expect(failure).toBeInstanceOf(Error);
      await publish('stable', 'horses:deleted', { id: 1 });
      expect(result.current.data).toEqual([]);
      act(() => result.current.syncData([{ id: 7, name: 'Fi' }]));
      expect(names(result.current.data)).toEqual(['7 Fi']);
    });
  });

  it('the badge and the banner say how it stands', async () => {
    render(
      <>
        <Connected />
        <RealtimeBadge />
        <ConnectionLost />
      </>,
      { wrapper },
    );
    await waitFor(() => expect(screen.getByRole('status').textContent).toBe('Realtime: connected'));
    expect(screen.queryByRole('alert')).toBeNull();
    server.blocked.add('all');
    act(() => server.cut());
    await waitFor(() => expect(screen.getByRole('status').dataset.status).toBe('reconnecting'));
    expect(screen.getByRole('alert').textContent).toBe(
      'Connection LostReal-time updates paused. Data will sync when connection is restored.',
    );
    server.blocked.clear();
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });

  it('is rendered on a server without a connection', () => {
    const text = renderToString(
      <RealtimeProvider client={client}>
        <Connected />
        <RealtimeBadge />
        <ConnectionLost />
      </RealtimeProvider>,
    );
    expect(text).toContain('Realtime: disconnected');
    expect(text).not.toContain('Connection Lost');
    expect(server.lines.size).toBe(0);
  });

  it('useChannelQuery loads, applies events, and loads anew on reset', async () => {
    const queries = new QueryClient();
    let loads = 0;
    const { result } = renderHook(
      () =>
        useChannelQuery<number[], number>({
          channel: 'a',
          queryKey: ['a'],
          queryFn: async () => {
            loads++;
            return server.log('a').map(({ data }) => data as number);
          },
          apply: (data, event) => (data.includes(event.data) ? data : [...data, event.data]),
        }),
      { wrapper: ({ children }) => wrapper({ children: <QueryClientProvider client={queries}>{children}</QueryClientProvider> }) },
    );
    await waitFor(() => expect(result.current.data).toEqual([]));
    await waitFor(() => expect(server.listeners.size).toBe(1));
    await publish('a', 't', 1);
    await publish('a', 't', 2);
    await waitFor(() => expect(result.current.data).toEqual([1, 2]));
    expect(loads).toBe(1);
    act(() => server.cut());
    server.epoch = 'bbbbbbbb';
    server.log('a').length = 0;
    server.publish('a', 't', 9);
    await waitFor(() => expect(result.current.data).toEqual([9]));
    expect(loads).toBeGreaterThan(1);
  });

  it('useSSE reads a stream until it is complete, and gives up after the attempts allowed', async () => {
    let tries = 0;
    const parts = ['event: chunk\ndata: {"text":"Hel"}\n\n', 'event: chunk\ndata: {"text":"lo"}\n\nevent: complete\ndata: {}\n\n'];
    const real = globalThis.fetch;
    globalThis.fetch = (async (address: string) => {
      tries++;
      if (address.includes('down')) {
        throw new TypeError('down');
      }
      return new Response(parts.join(''), { headers: { 'Content-Type': 'text/event-stream' } });
    }) as typeof fetch;
    try {
      const chunks: string[] = [];
      const { result } = renderHook(() => useSSE('/stream', { onEvent: (data, { type }) => type === 'chunk' && chunks.push(data.text) }));
      await waitFor(() => expect(result.current.complete).toBe(true));
      expect(chunks.join('')).toBe('Hello');
      expect(tries).toBe(1);
      parts.splice(1, 2, 'event: complete\ndata: {"channel":"a"}\n\n', 'event: problem\ndata: {"channel":"b"}\n\n', 'event: chunk\ndata: {"text":"!"}\n\n');
      chunks.length = 0;
      const several = renderHook(() =>
        useSSE('/stream?channel=a&channel=b', { onEvent: (_, { type }) => void chunks.push(type) }),
      );
      await waitFor(() => expect(several.result.current.complete).toBe(true));
      expect(chunks).toEqual(['chunk', 'complete', 'problem']);
      const errors: string[] = [];
      const down = renderHook(() => useSSE('/down', { maxReconnectAttempts: 2, reconnectDelay: 5, onError: ({ code }) => errors.push(code) }));
      await waitFor(() => expect(errors).toEqual(['network', 'network', 'network']));
      expect(down.result.current).toMatchObject({ isConnected: false, error: { code: 'network' } });
    } finally {
      globalThis.fetch = real;
    }
  });
});

function Connected(): null {
  useRealtime();
  return null;
}
