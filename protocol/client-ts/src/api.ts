/** The server's requests and answers over HTTP. */
import { filterQuery } from './filters';
import { errorOf, isLogin, MillraceError } from './problem';
import { eventOf } from './wire';
import type { Position } from './position';
import type { Tokens } from './tokens';
import type { ClientOptions, Filters, HistoryPage } from './types';

/** A refusal's problem document; anything else by its status. */
export async function refusalOf(response: Response): Promise<MillraceError> {
  const { status } = response;
  const problem: any = await response.json().catch(() => ({}));
  const retryAfter = problem.retryAfter ?? (+response.headers.get('Retry-After')! || undefined);
  const known = typeof problem.code === 'string' ? problem : { code: 'http-' + status, retry: status >= 500 || status === 429 };
  return new MillraceError({ ...known, status, retryAfter });
}

export interface HistoryQuery {
  /** Go on after this place; or after this cursor, which may be of another kind. */
  after?: Position | string;
  /** A time with its zone. */
  since?: string;
  limit?: number;
  /** Seconds to wait for an event. */
  wait?: number;
  filters?: Filters;
}

export interface Api {
  /** @param path below `/v1/channels/{channel}/` */
  request(channel: string, path: string, init?: RequestInit): Promise<any>;
  history(channel: string, query?: HistoryQuery, signal?: AbortSignal): Promise<HistoryPage>;
}

export function api(url: string, tokens: Tokens, options: ClientOptions, parse: (json: string) => any): Api {
  async function send(address: string, init: RequestInit = {}): Promise<any> {
    const token = await tokens.get();
    const headers = new Headers(init.headers);
    token && headers.set('Authorization', 'Bearer ' + token);
    const response = await (options.fetch ?? fetch)(address, { credentials: options.credentials, ...init, headers });
    if (response.ok) {
      return parse((await response.text()) || 'null');
    }
    const error = await refusalOf(response);
    if (isLogin(error) && tokens.refused(token)) {
      return send(address, init);
    }
    throw error;
  }

  async function request(channel: string, path: string, init?: RequestInit): Promise<any> {
    try {
      return await send(`${url}/v1/channels/${encodeURIComponent(channel)}/${path}`, init);
    } catch (cause) {
      throw errorOf(cause);
    }
  }

  return {
    request,
    async history(channel, { filters, after, ...rest } = {}, signal) {
      const at = typeof after === 'object' ? after : undefined;
      const query = { after: at ? (at.id ?? at.offset) : after, ...rest };
      const set: [string, string][] = Object.entries(JSON.parse(JSON.stringify(query)));
      const page: HistoryPage = await request(channel, 'history?' + new URLSearchParams([...set, ...filterQuery(filters)]), {
        signal,
      });
      const { epoch, head, availableFrom, reset } = page;
      if (at && !at.id && at.epoch !== epoch && !reset) {
        // A number alone doesn't tell the server which life of the journal it belongs to.
        const requested = { epoch: at.epoch, offset: at.offset };
        const whole = await this.history(channel, { filters, ...rest }, signal);
        return { ...whole, reset: { channel, requested, availableFrom, head, epoch, reason: 'epoch' } };
      }
      const end: any = page.events.find(({ type }) => type === 'complete' || type === 'problem');
      return { ...page, end, events: page.events.filter((item) => item !== end).map((item) => eventOf(item, item.type)) };
    },
  };
}
