/** Which client the hooks below use. */
import { createContext, createElement, useContext, type ReactElement, type ReactNode } from 'react';
import type { Client } from '@millrace/client';

const Context = createContext<Client | undefined>(undefined);

export function RealtimeProvider({ client, children }: { client: Client; children?: ReactNode }): ReactElement {
  return createElement(Context.Provider, { value: client }, children);
}

export function useClient(): Client {
  const client = useContext(Context);
  if (!client) {
    throw new Error('Put <RealtimeProvider client={createClient(…)}> around the components that use Millrace.');
  }
  return client;
}
