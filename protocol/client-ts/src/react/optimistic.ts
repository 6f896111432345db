/**
 * A list that shows what the user has done at once, and what the server says as soon as it says it.
 *
 * The list shown is the server's list with the user's open changes laid over it. A change is over when its promise fails
 * (rolled back), or when the server's event for it has come (confirmed): by the position that its command or publish
 * answered with, or, where it answered with none, by the row's id.
 */
import { useCallback, useMemo, useReducer } from 'react';
import { useRealtimeModule } from './hooks';

export interface Row {
  id: string | number;
}

/** What a command or publish answers with, as far as it matters here. */
interface Placed {
  channel: string;
  epoch: string;
  offset: number;
}

interface Change<T extends Row> {
  key: number;
  apply(rows: readonly T[]): readonly T[];
  /** The row it is about, once that is known. */
  id: T['id'];
  place?: Placed;
}

interface Model<T extends Row> {
  rows: readonly T[];
  changes: readonly Change<T>[];
  /** How far each channel has come, as `epoch:offset`. */
  heard: Readonly<Record<string, Placed>>;
}

type Act<T extends Row> =
  | { is: 'sync'; rows: readonly T[] }
  | { is: 'event'; action: string; data: T; place: Placed }
  | { is: 'change'; change: Change<T> }
  | { is: 'settled'; key: number; id?: T['id']; place?: Placed }
  | { is: 'undo'; key: number };

const merged = <T extends Row>(rows: readonly T[], row: T): readonly T[] =>
  rows.some(({ id }) => id === row.id) ? rows.map((each) => (each.id === row.id ? { ...each, ...row } : each)) : [...rows, row];

const without = <T extends Row>(rows: readonly T[], id: T['id']): readonly T[] => rows.filter((row) => row.id !== id);

const reached = (heard: Placed | undefined, place: Placed): boolean =>
  !!heard && heard.epoch === place.epoch && heard.offset >= place.offset;

/** Exported for its test: the whole behaviour without React. */
export function reduce<T extends Row>(model: Model<T>, act: Act<T>): Model<T> {
  const { rows, changes, heard } = model;
  switch (act.is) {
    case 'sync':
      return { ...model, rows: act.rows };
    case 'change':
      return { ...model, changes: [...changes, act.change] };
    case 'undo':
      return { ...model, changes: changes.filter(({ key }) => key !== act.key) };
    case 'settled': {
      const { key, id, place } = act;
      if (place && reached(heard[place.channel], place)) {
        return { ...model, changes: changes.filter((change) => change.key !== key) };
      }
      return { ...model, changes: changes.map((change) => (change.key === key ? { ...change, id: id ?? change.id, place } : change)) };
    }
    case 'event': {
      const { action, data, place } = act;
      const id = data?.id;
      const next = /(^|:)(deleted|removed)$/.test(action) ? without(rows, id) : id === undefined ? rows : merged(rows, data);
      return {
        rows: next,
        changes: changes.filter((change) => (change.place ? !reached(place, change.place) || change.place.channel !== place.channel : change.id !== id)),
        heard: { ...heard, [place.channel]: place },
      };
    }
  }
}

export interface Optimistic<T extends Row> {
  data: readonly T[];
  /** Shows the row now. Rolled back where the promise fails, which it still does for the caller. */
  optimisticAdd<R>(row: T, request?: Promise<R>): Promise<R | undefined>;
  optimisticUpdate<R>(id: T['id'], fields: Partial<T>, request?: Promise<R>): Promise<R | undefined>;
  optimisticRemove<R>(id: T['id'], request?: Promise<R>): Promise<R | undefined>;
  /** Takes the server's list, as loaded. Open changes stay on top of it. */
  syncData(rows: readonly T[]): void;
}

let keys = 0;

/** The place of a receipt, and the id that the server has given the row. */
function answered(answer: any): { id?: any; place?: Placed } {
  const row = answer?.reply ?? answer?.data ?? answer;
  const place = typeof answer?.offset === 'number' && answer.channel ? answer : undefined;
  return { id: place && row === answer ? undefined : row?.id, place };
}

/** @param module rows come and go by `module:created`, `module:updated` and `module:deleted` */
export function useOptimisticUpdate<T extends Row>(initial: readonly T[], module: string): Optimistic<T> {
  const [model, dispatch] = useReducer(reduce<T>, { rows: initial, changes: [], heard: {} });
  useRealtimeModule<T>(module, (action, data, { channel, epoch, offset }) =>
    dispatch({ is: 'event', action, data, place: { channel, epoch, offset } }),
  );
  const change = useCallback(async <R>(id: T['id'], apply: Change<T>['apply'], request?: Promise<R>): Promise<R | undefined> => {
    const key = ++keys;
    dispatch({ is: 'change', change: { key, id, apply } });
    try {
      const answer = await request;
      request && dispatch({ is: 'settled', key, ...answered(answer) });
      return answer;
    } catch (failure) {
      dispatch({ is: 'undo', key });
      throw failure;
    }
  }, []);
  const acts = useMemo(
    () => ({
      optimisticAdd: <R,>(row: T, request?: Promise<R>) => change(row.id, (rows) => [...rows, row], request),
      optimisticUpdate: <R,>(id: T['id'], fields: Partial<T>, request?: Promise<R>) =>
        change(id, (rows) => rows.map((row) => (row.id === id ? { ...row, ...fields } : row)), request),
      optimisticRemove: <R,>(id: T['id'], request?: Promise<R>) => change(id, (rows) => without(rows, id), request),
      syncData: (rows: readonly T[]) => dispatch({ is: 'sync', rows }),
    }),
    [change],
  );
  const data = useMemo(() => model.changes.reduce((rows, each) => each.apply(rows), model.rows), [model]);
  return { data, ...acts };
}
