/** Pauses between attempts: exponential with full jitter, so that many clients cut off at once come back spread out. */
import type { ReconnectOptions } from './types';

export interface Backoff {
  /** The next pause in milliseconds, or undefined where the attempts are used up. */
  next(atLeast?: number): number | undefined;
  /** Pauses drawn since the last good connection. */
  attempts(): number;
  reset(): void;
  /** The server's own proposal (`retry:`), where the application has none. */
  propose(base: number): void;
}

export function backoff(
  options: ReconnectOptions = {},
  random: () => number = Math.random,
): Backoff {
  let tried = 0;
  let proposed = 1_000;
  return {
    next(atLeast = 0) {
      // Read each time, since the application may change them.
      const { base = proposed, cap = 30_000, delay, attempts = Infinity } = options;
      if (tried >= attempts) {
        return undefined;
      }
      const most = Math.min(cap, base * 2 ** Math.min(tried++, 30));
      return Math.max(atLeast, delay ?? random() * most);
    },
    attempts: () => tried,
    reset() {
      tried = 0;
    },
    propose(millis) {
      proposed = millis;
    },
  };
}
