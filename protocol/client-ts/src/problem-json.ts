/** An error as the wire has it, so that it can travel to another tab. Apart, since few pages need it at once. */
import type { MillraceError, Problem } from './problem';

export function problemOf({ code, message, number, retry, remedy, retryAfter, status }: MillraceError): Problem {
  return { code, detail: message, number, retry, remedy, retryAfter, status };
}
