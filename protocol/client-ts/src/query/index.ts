/** Live data for TanStack Query: events change what a query holds, and a reset makes it load anew. */
import { useEffect, useRef } from 'react';
import { useQuery, useQueryClient, type QueryKey, type UseQueryOptions, type UseQueryResult } from '@tanstack/react-query';
import type { MillraceEvent, SubscribeOptions } from '@millrace/client';
import { useClient } from '@millrace/client/react';

export interface ChannelQueryOptions<T, E = any> extends Pick<SubscribeOptions<E>, 'filters' | 'resume'> {
  channel: string;
  queryKey: QueryKey;
  /** Loads the whole. */
  queryFn: () => Promise<T>;
  /**
   * What the data is after the event; must not change what it is given. Left out: each event makes the query load anew
   * (notify, then refetch).
   */
  apply?: (data: T, event: MillraceEvent<E>) => T;
  query?: Omit<UseQueryOptions<T>, 'queryKey' | 'queryFn'>;
}

/** Follows the channel first and loads then, so that nothing falls between; what comes while it loads is applied after. */
export function useChannelQuery<T, E = any>(options: ChannelQueryOptions<T, E>): UseQueryResult<T> {
  const { channel, queryKey, queryFn, query, filters, resume = false } = options;
  const client = useClient();
  const queries = useQueryClient();
  const newest = useRef(options);
  const waiting = useRef<MillraceEvent<E>[]>([]);
  useEffect(() => {
    newest.current = options;
  });
  const keyText = JSON.stringify(queryKey);
  const terms = JSON.stringify([filters, resume]);
  useEffect(() => {
    const refetch = (): void => void queries.invalidateQueries({ queryKey: newest.current.queryKey, exact: true });
    const release = client.connect();
    const { unsubscribe } = client.subscribe<E>(channel, {
      filters,
      resume,
      onReset: refetch,
      onEvent(_, event) {
        const { apply, queryKey } = newest.current;
        if (!apply) {
          return refetch();
        }
        if (queries.getQueryState(queryKey)?.fetchStatus === 'fetching') {
          waiting.current.push(event);
        }
        queries.setQueryData<T>(queryKey, (data) => (data === undefined ? data : apply(data, event)));
      },
    });
    return () => {
      unsubscribe();
      release();
    };
    // The terms and the key's text stand for what they are made of.
  }, [client, queries, channel, keyText, terms]);
  return useQuery<T>({
    ...query,
    queryKey,
    async queryFn() {
      // Only what comes from now on may be missing in the answer.
      waiting.current = [];
      const data = await queryFn();
      const { apply } = newest.current;
      return apply ? waiting.current.splice(0).reduce(apply, data) : data;
    },
  });
}
