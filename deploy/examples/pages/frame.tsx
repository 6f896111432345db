/** The frame of the pages that are made with React: brand, badge, banner. */
import type { ReactElement, ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { ConnectionLost, RealtimeBadge, RealtimeProvider } from '@millrace/client/react';
import { byId, client } from './page';

function Frame({ badge, children }: { badge: boolean; children: ReactNode }): ReactElement {
  return (
    <RealtimeProvider client={client}>
      <header className="top">
        <a className="brand" href="/">
          <img src="/mark.svg" alt="" width="24" height="24" />
          Millrace <span>examples</span>
        </a>
        {badge && <RealtimeBadge className="badge" />}
      </header>
      <main className="wide">
        <ConnectionLost className="note bad" />
        {children}
      </main>
    </RealtimeProvider>
  );
}

/** @param badge of the client's connection, where the page uses the client's */
export const show = (page: ReactElement, { badge = true } = {}): void =>
  createRoot(byId('page')).render(<Frame badge={badge}>{page}</Frame>);
