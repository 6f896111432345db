export { RealtimeProvider, useClient } from './context';
export {
  useChannel,
  useCommand,
  usePresence,
  useRealtime,
  useRealtimeModule,
  useStatus,
  type ChannelOptions,
  type ChannelState,
  type CommandState,
  type Realtime,
  type RealtimeOptions,
} from './hooks';
export { useOptimisticUpdate, type Optimistic, type Row } from './optimistic';
export { ConnectionLost, RealtimeBadge, type BadgeProps, type ConnectionLostProps } from './status';
export { useSSE, useWebSocket, type SocketState, type SSEState, type StreamOptions } from './streams';
