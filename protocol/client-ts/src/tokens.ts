/** The login's token: asked for once, kept until shortly before it expires, asked for anew where the server refuses it. */
import { errorOf, MillraceError } from './problem';
import type { ClientOptions } from './types';

/** What the token says, without checking it; undefined where it can't be read. */
export function claims(token: string): Record<string, any> | undefined {
  try {
    const payload = token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/');
    return JSON.parse(decodeURIComponent(escape(atob(payload))));
  } catch {
    return undefined;
  }
}

export interface Tokens {
  /** Undefined where the login is a cookie. Fails with `login-unavailable`, to be tried again. */
  get(): Promise<string | undefined>;
  /** The server didn't like it. @returns whether another one may help */
  refused(token?: string): boolean;
  /** Milliseconds until a new token is due; undefined where that isn't known. */
  renewIn(): number | undefined;
}

/** A token is renewed when a tenth of its life is left, at least 10 seconds and at most two minutes. */
export const margin = (life: number): number => Math.min(120_000, Math.max(10_000, life / 10), life / 2);

export function tokens(getToken: ClientOptions['getToken']): Tokens {
  let token: string | undefined;
  let due = Infinity;
  let asking: Promise<string> | undefined;
  let refusedToken: string | undefined;

  async function ask(): Promise<string> {
    try {
      const fresh = await getToken!({ refused: refusedToken !== undefined });
      const exp = claims(fresh)?.exp * 1000;
      const life = exp - Date.now();
      due = life > 0 ? exp - margin(life) : Infinity;
      return (token = fresh);
    } catch (cause) {
      throw new MillraceError({ code: 'login-unavailable', detail: errorOf(cause).message, retry: true });
    } finally {
      asking = undefined;
    }
  }

  return {
    async get() {
      return !getToken || (token && Date.now() < due) ? token : (asking ??= ask());
    },
    refused(bad) {
      if (!getToken || bad !== token) {
        // No token, or one that another request has found out about already.
        return !!getToken;
      }
      // The same token refused twice: its issuer has no better one.
      const again = bad === refusedToken;
      refusedToken = again ? undefined : bad;
      token = undefined;
      return !again;
    },
    renewIn: () => (due < Infinity ? Math.max(0, due - Date.now()) : undefined),
  };
}
