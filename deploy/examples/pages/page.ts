/** What every page here begins with: a client with this page's login, and the application's own service. */
import { createClient } from '@millrace/client';

const system = location.pathname.split('/')[1];

export const token = async (): Promise<string> => {
  const answer = await fetch(`/${system}/token`, { method: 'POST' });
  if (!answer.ok) {
    throw new Error(`no login: ${answer.status}`);
  }
  return answer.text();
};

/** `url` is left out: Millrace is where the page comes from. */
export const client = createClient({ getToken: token, reconnect: { base: 300, cap: 5000 } });

/** Asks the page's own service, which refuses with a `detail`. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`/${system}/${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) {
    throw new Error(said.detail);
  }
  return said;
}

export const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

/** The connection's state on a page without React. */
export function showStatus(place: HTMLElement): void {
  client.onStatus(({ status }) => {
    place.textContent = 'Realtime: ' + status;
    place.dataset.status = status;
  });
}
