// Publishing, as any service does it: one POST with a key, sent again under that key until the answer is yes or no.
import {setTimeout as pause} from 'node:timers/promises';

const AGAIN = 500;

/** @param token asked for each request */
export function millrace(url, token) {
  async function post(path, key, body) {
    for (;;) {
      const answer = await fetch(`${url}/v1/${path}`, {
        method: 'POST',
        headers: {Authorization: `Bearer ${token()}`, 'Content-Type': 'application/json', 'Idempotency-Key': key},
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(5000),
      }).catch(() => undefined);
      if (answer?.ok) {
        return answer.json();
      }
      // Nobody there, or no answer: the key makes it safe to ask again, also where the event was stored.
      const problem = answer ? await answer.json() : {retry: true};
      if (!problem.retry) {
        throw new Error(`${path}: ${problem.code}: ${problem.detail}`);
      }
      await pause(problem.retryAfter ? 1000 * problem.retryAfter : AGAIN);
    }
  }

  return {
    /** @param events one, or several that are stored together or not at all */
    publish: (channel, key, events) => post(`channels/${channel}/events`, key, events),
    /** @param end `{data}` in peace, `{problem}` by a failure; the channel's last word */
    complete: (channel, key, end) => post(`channels/${channel}/complete`, key, end),
  };
}
