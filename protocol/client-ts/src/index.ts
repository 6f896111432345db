export { createClient, newKey, type Client } from './client';
export { memoryCursors, sessionCursors, type CursorStore } from './cursors';
export { MillraceError, type Problem } from './problem';
export type { HistoryQuery } from './api';
export type { Code } from './generated/codes';
export type * from './types';
