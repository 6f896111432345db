/** A no of the server, or the reason why a connection ended, as an error with a code. */

/** The wire's members; those that are missing are filled in. */
export interface Problem {
  code?: string;
  detail?: string;
  title?: string;
  number?: number;
  retry?: boolean;
  remedy?: string;
  retryAfter?: number;
  status?: number;
}

export class MillraceError extends Error {
  /** The catalogue's name, such as `token-expired`; `network` and `outbox-full` are the client's own. */
  declare readonly code: string;
  declare readonly number: number;
  /** Whether the same may be tried again after a pause. */
  declare readonly retry: boolean;
  declare readonly remedy?: string;
  /** Seconds. */
  declare readonly retryAfter?: number;
  /** The answer's HTTP status, where there was one. */
  declare readonly status?: number;

  /** A client that doesn't know a code goes by its number's range. */
  constructor({ code = 'network', detail, title, number = 0, retry = number < 4500, remedy, retryAfter, status }: Problem) {
    super(detail ?? title ?? code);
    Object.assign(this, { name: 'MillraceError', code, number, retry, remedy, retryAfter, status });
  }
}

/** An error as it is, anything else as a fault of the network. */
export const errorOf = (cause: unknown): MillraceError =>
  cause instanceof MillraceError ? cause : new MillraceError({ detail: String((cause as Error)?.message ?? cause) });

/** Whether only a new login can help. */
export const isLogin = (error?: MillraceError): boolean => !!error && /^(token-|unauthenticated|revoked)/.test(error.code);
