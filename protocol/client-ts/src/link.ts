/**
 * The connection to the server: opens a line by the first transport that works, comes back when it is cut, and goes back up
 * to a better one when it can.
 *
 *   idle ----- start ------> opening          opening -- it is up ----------------> up
 *   opening -- it fails ---> waiting          up ------- it is down --------------> waiting
 *   waiting -- pause over, online, visible --> opening
 *   any ------ refused for good, attempts used up --> idle          any -- stop --> idle
 */
import { backoff } from './backoff';
import type { Hub } from './channels';
import { isLogin, MillraceError, errorOf } from './problem';
import type { Position } from './position';
import type { Tokens } from './tokens';
import type { ClientOptions, StatusDetail, TransportName } from './types';
import { watchdog, type Watchdog } from './watchdog';
import { placeOf, type Hello, type Hear, type Line, type LineNeeds, type Told, type Transport, type Want } from './wire';

/** A line that isn't up after this has failed. */
const OPENING = 10_000;
/** A line that lives shorter counts as a failure of its transport. */
const SHORT_LIFE = 5_000;
/** Failures in a row after which the next transport is tried. */
const PATIENCE = 2;
/** The first attempt to go back up to a better transport; later ones wait longer. */
const CLIMB = 15_000;
const CLIMB_CAP = 600_000;

/** Loads a transport when it is tried. */
export type LoadTransport = () => Promise<Transport>;

export interface LinkNeeds {
  url: string;
  options: ClientOptions;
  tokens: Tokens;
  transports: [TransportName, LoadTransport][];
  parse: (json: string) => any;
  tell(told: Told): void;
  status(detail: StatusDetail): void;
}

export interface Link extends Hub {
  start(): void;
  /** Closes the line; `start` goes on from the same places. */
  stop(): void;
  /** The network may be back: don't wait any longer. */
  wake(): void;
  /** The network is gone. */
  sleep(): void;
  /** Wants nothing any more. */
  forget(): void;
  /** How far a channel has been told. */
  place(channel: string): Position | undefined;
}

interface Open {
  level: number;
  line?: Line;
  dog?: Watchdog;
  since: number;
  up: boolean;
  /** Not before this moment is the server to be asked again. */
  notBefore: number;
  end(error?: MillraceError): void;
  close(code?: number): void;
}

export function createLink({ url, options, tokens, transports, parse, tell, status }: LinkNeeds): Link {
  const wants = new Map<string, Want>();
  const pauses = backoff(options.reconnect);
  const group: LineNeeds['group'] = {};
  let state: 'idle' | 'opening' | 'waiting' | 'up' = 'idle';
  let level = 0;
  let failures = 0;
  let current: Open | undefined;
  /** A better line on trial. */
  let climbing: Open | undefined;
  let climbPause = CLIMB;
  let usedToken: string | undefined;
  /** A new token was tried, and no line has lived since. */
  let renewed = false;
  let login: Hello = {};
  let lastError: MillraceError | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let climbTimer: ReturnType<typeof setTimeout> | undefined;
  let renewTimer: ReturnType<typeof setTimeout> | undefined;

  function say(name: StatusDetail['status'], retryIn?: number): void {
    const transport = state === 'up' ? transports[level]![0] : undefined;
    const { userId, entityId } = login;
    status({ status: name, transport, attempt: pauses.attempts(), retryIn, error: lastError, userId, entityId });
  }

  /** Opens a line. `over` hears its end, once; `isUp` that it works. */
  function open(atLevel: number, isUp: (self: Open) => void, over: (self: Open, error?: MillraceError) => void): Open {
    const heads = new Map<string, Position>();
    let done = false;
    const patience = setTimeout(() => self.end(new MillraceError({ detail: 'no answer in time' })), OPENING);
    const self: Open = {
      level: atLevel,
      since: Date.now(),
      up: false,
      notBefore: 0,
      end(error) {
        if (!done) {
          self.close();
          over(self, error);
        }
      },
      close(code) {
        done = true;
        clearTimeout(patience);
        self.dog?.stop();
        self.line?.close(code);
      },
    };
    const hear: Hear = {
      up(said) {
        if (!done && !self.up) {
          self.up = true;
          self.since = Date.now();
          clearTimeout(patience);
          const name = transports[atLevel]![0];
          if (name !== 'eventsource' && said.heartbeatSeconds) {
            self.dog = watchdog(
              1000 * said.heartbeatSeconds,
              () => self.line?.ask?.(),
              () => self.end(new MillraceError({ detail: 'no heartbeat' })),
            );
          }
          login = said;
          isUp(self);
        }
      },
      tell(told) {
        const want = wants.get(told.channel);
        if (done || !want) {
          return;
        }
        const after = heads.get(told.channel);
        const head = placeOf(told);
        if (head) {
          heads.set(told.channel, head);
          want.at = head;
        } else if (told.is === 'says' && (told.type === 'complete' || (told.type === 'problem' && !told.data.retry))) {
          wants.delete(told.channel);
        }
        tell((told.is === 'event' || told.is === 'move') && !told.after ? { ...told, after } : told);
      },
      alive: () => self.dog?.alive(),
      retry: pauses.propose,
      leaving(afterMillis) {
        self.notBefore = Date.now() + afterMillis;
        setTimeout(() => self.end(), afterMillis);
      },
      down: ({ error }) => self.end(error),
    };
    Promise.all([tokens.get(), transports[atLevel]![1]()]).then(
      ([token, transport]) => {
        if (!done) {
          try {
            self.line = transport({ url, token, wants: [...wants.values()], hear, options, parse, group });
            usedToken = token;
          } catch (cause) {
            self.end(errorOf(cause));
          }
        }
      },
      (cause) => self.end(errorOf(cause)),
    );
    return self;
  }

  function connect(): void {
    clearTimeout(timer);
    state = 'opening';
    say(lastError && !lastError.retry ? 'error' : 'reconnecting');
    current = open(level, worked, broke);
  }

  function worked(self: Open): void {
    state = 'up';
    level = self.level;
    failures = 0;
    lastError = undefined;
    scheduleRenewal();
    say('connected');
    clearTimeout(climbTimer);
    if (level) {
      climbTimer = setTimeout(climb, climbPause);
    }
  }

  /** A line has ended by itself. */
  function broke(self: Open, error = new MillraceError({ detail: 'the line was cut off' })): void {
    const lived = self.up && Date.now() - self.since >= SHORT_LIFE;
    const invited = self.notBefore > 0;
    stopTimers();
    lastError = error;
    if (lived || invited) {
      pauses.reset();
      failures = 0;
      renewed = false;
    } else if (++failures >= PATIENCE && !isLogin(error)) {
      failures = 0;
      level = (level + 1) % transports.length;
    }
    if (isLogin(error) && tokens.refused(usedToken)) {
      const millis = renewed ? pauses.next() : 0;
      renewed = true;
      return wait(millis);
    }
    if (!error.retry) {
      return give(error.code === 'complete' || error.code === 'replaced' ? 'disconnected' : 'error');
    }
    const atLeast = Math.max(self.notBefore - Date.now(), 1000 * (error.retryAfter ?? 0));
    wait(invited ? Math.max(0, atLeast) : pauses.next(atLeast));
  }

  function wait(millis: number | undefined): void {
    if (millis === undefined) {
      return give('disconnected');
    }
    state = 'waiting';
    timer = setTimeout(connect, millis);
    say('reconnecting', millis);
  }

  function give(up: 'disconnected' | 'error'): void {
    state = 'idle';
    say(up);
  }

  /** Tries a better transport beside the one in use; what both tell is handed out once. */
  function climb(): void {
    climbing = open(
      0,
      (better) => {
        const worse = current;
        current = better;
        climbing = undefined;
        climbPause = CLIMB;
        worked(better);
        worse?.close();
      },
      (self, error) => {
        if (self === current) {
          broke(self, error);
        } else {
          climbing = undefined;
          climbPause = Math.min(CLIMB_CAP, 2 * climbPause);
          climbTimer = setTimeout(climb, climbPause);
        }
      },
    );
  }

  function scheduleRenewal(): void {
    clearTimeout(renewTimer);
    const due = tokens.renewIn();
    if (due !== undefined && due < 2 ** 31) {
      renewTimer = setTimeout(async () => {
        const fresh = await tokens.get().catch(() => undefined);
        if (fresh && state === 'up') {
          usedToken = fresh;
          current?.line?.renew(fresh);
        }
        scheduleRenewal();
      }, Math.max(due, 1000));
    }
  }

  function stopTimers(): void {
    climbing?.close();
    climbing = undefined;
    [timer, climbTimer, renewTimer].forEach(clearTimeout);
  }

  return {
    follow(want) {
      const before = wants.get(want.channel);
      wants.set(want.channel, want);
      group.at = 0;
      [current, climbing].forEach((open) => {
        before && open?.line?.unfollow(want.channel);
        open?.line?.follow(want);
      });
    },
    unfollow(channel) {
      if (wants.delete(channel)) {
        group.at = 0;
        [current, climbing].forEach((open) => open?.line?.unfollow(channel));
      }
    },
    start() {
      if (state === 'idle') {
        pauses.reset();
        lastError = undefined;
        connect();
      }
    },
    stop() {
      stopTimers();
      // For good, where a session would wait otherwise.
      current?.close(1000);
      current = undefined;
      lastError = undefined;
      give('disconnected');
    },
    wake() {
      if (state === 'waiting') {
        pauses.reset();
        level = 0;
        connect();
      }
    },
    sleep() {
      state === 'up' && current?.end();
    },
    forget: () => wants.clear(),
    place: (channel) => wants.get(channel)?.at,
  };
}
