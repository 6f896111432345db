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
  readonly code: string;
  readonly number: number;
  /** Whether the same may be tried again after a pause. */
  readonly retry: boolean;
  readonly remedy?: string;
  /** Seconds. */
  readonly retryAfter?: number;
  /** The answer's HTTP status, where there was one. */
  readonly status?: number;

  constructor(problem: Problem) {
    const code = problem.code ?? 'network';
    super(problem.detail ?? problem.title ?? code);
    this.name = 'MillraceError';
    this.code = code;
    this.number = problem.number ?? 0;
    // A client that doesn't know a code goes by its number's range.
    this.retry = problem.retry ?? this.number < 4500;
    this.remedy = problem.remedy;
    this.retryAfter = problem.retryAfter;
    this.status = problem.status;
  }

  /** As the wire has it, so that it can travel to another tab. */
  toJSON(): Problem {
    const { code, message, number, retry, remedy, retryAfter, status } = this;
    return { code, detail: message, number, retry, remedy, retryAfter, status };
  }
}

/** An error as it is, anything else as a fault of the network. */
export const errorOf = (cause: unknown): MillraceError =>
  cause instanceof MillraceError ? cause : new MillraceError({ detail: String((cause as Error)?.message ?? cause) });

/** Whether only a new login can help. */
export const isLogin = (error?: MillraceError): boolean => !!error && /^(token-|unauthenticated|revoked)/.test(error.code);
