/** Notices a line that has died without a word: nothing heard for two and a half heartbeats. */

export interface Watchdog {
  /** Something was heard. */
  alive(): void;
  stop(): void;
}

/**
 * @param heartbeat milliseconds
 * @param ask called after one silent heartbeat, where the client can ask for an answer
 * @param dead called once
 */
export function watchdog(heartbeat: number, ask: () => void, dead: () => void): Watchdog {
  let heard = Date.now();
  let asked = false;
  // One slow timer instead of one set anew at each message.
  const timer = setInterval(() => {
    const silent = Date.now() - heard;
    if (silent >= 2.5 * heartbeat) {
      clearInterval(timer);
      dead();
    } else if (silent >= heartbeat && !asked) {
      asked = true;
      ask();
    }
  }, heartbeat / 4);
  return {
    alive() {
      heard = Date.now();
      asked = false;
    },
    stop: () => clearInterval(timer),
  };
}
