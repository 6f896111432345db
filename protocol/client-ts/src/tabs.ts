/**
 * One connection for several tabs: whoever holds the lock has the line and tells the others what comes on it. Each tab keeps
 * its own places and fetches what it was not told, so that a leader may vanish at any moment.
 *
 *   follower -- the lock is granted ------------------> leader
 *   leader ---- closed, gone, the lock is stolen -----> follower (or nothing)
 */
import type { Hub } from './channels';
import type { Link } from './link';
import type { StatusDetail } from './types';
import type { Told, Want } from './wire';

/** A leader that doesn't answer a visible tab for this long is frozen, and loses the lock. */
const SILENCE = 5_000;
const ASK = 15_000;

type Message =
  | { says: 'lead' | 'pong' }
  | { says: 'ping' | 'bye'; tab: string }
  | { says: 'want'; tab: string; want: Want }
  | { says: 'drop'; tab: string; channel: string }
  | { says: 'told'; told: Told; to?: string }
  | { says: 'status'; detail: StatusDetail };

export interface TabsNeeds {
  name: string;
  tab: string;
  link: Link;
  /** What this tab wants, from the places where it stands now. */
  wants(): Want[];
  tell(told: Told): void;
  status(detail: StatusDetail): void;
}

export interface Tabs extends Hub {
  isLeader(): boolean;
  /** For the leader's link: what it hears, to all tabs. */
  spread(told: Told): void;
  spreadStatus(detail: StatusDetail): void;
  close(): void;
}

export function createTabs({ name, tab, link, wants, tell, status }: TabsNeeds): Tabs {
  const air = new BroadcastChannel(name);
  const waiting = new AbortController();
  /** What each of the other tabs wants; only a leader knows. */
  const others = new Map<string, Map<string, Want>>();
  let mine = new Map<string, Want>();
  let leading = false;
  let closed = false;
  let last: StatusDetail = { status: 'disconnected' };
  let letGo: (() => void) | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;

  const post = (message: Message): void => {
    closed || air.postMessage(message);
  };

  function contend(steal = false): void {
    const options = steal ? { steal } : { signal: waiting.signal };
    navigator.locks
      .request(name, options, () => {
        if (!closed) {
          return new Promise<void>((resolve) => {
            letGo = resolve;
            lead();
          });
        }
      })
      .catch(() => {
        // The lock was stolen from a leader that seemed frozen, or this tab has closed.
        if (leading && !closed) {
          leading = false;
          link.stop();
          contend();
          wants().forEach((want) => post({ says: 'want', tab, want }));
        }
      });
  }

  function lead(): void {
    leading = true;
    clearTimeout(silence);
    others.clear();
    link.forget();
    mine = new Map(wants().map((want) => [want.channel, want]));
    mine.forEach((want) => link.follow(want));
    link.start();
    post({ says: 'lead' });
  }

  /** What all tabs want of a channel. */
  function together(channel: string): Want | undefined {
    const all = [mine, ...others.values()].flatMap((each) => each.get(channel) ?? []);
    const [first] = all;
    const same = all.every(({ filters }) => JSON.stringify(filters) === JSON.stringify(first!.filters));
    return first && { ...first, filters: same ? first.filters : undefined, presence: all.some(({ presence }) => presence) };
  }

  const termsOf = (want?: Want): string => JSON.stringify([want?.channel, want?.filters, want?.presence || false]);

  /** Changes what a tab wants, and asks the server for what that changes. */
  function change(channel: string, act: () => void): void {
    const before = together(channel);
    act();
    const after = together(channel);
    if (!after) {
      before && link.unfollow(channel);
    } else if (termsOf(before) !== termsOf(after)) {
      link.follow({ ...after, at: link.place(channel) ?? after.at });
    }
  }

  function wanted(from: string, want: Want): void {
    if (!others.has(from)) {
      others.set(from, new Map());
      // A tab holds a lock of its own as long as it lives.
      navigator.locks.request(`${name}#${from}`, () => gone(from));
    }
    const at = together(want.channel) && link.place(want.channel);
    change(want.channel, () => others.get(from)?.set(want.channel, want));
    at && post({ says: 'told', to: from, told: { is: 'begin', channel: want.channel, at } });
    post({ says: 'status', detail: last });
  }

  function gone(from: string): void {
    const left = others.get(from);
    left?.forEach((_, channel) => change(channel, () => left.delete(channel)));
    others.delete(from);
  }

  function leaderLives(): void {
    clearTimeout(silence);
    silence = undefined;
  }

  function look(): void {
    if (!leading && !closed && document.visibilityState === 'visible' && !silence) {
      post({ says: 'ping', tab });
      silence = setTimeout(() => closed || leading || contend(true), SILENCE);
    }
  }

  air.onmessage = ({ data }: MessageEvent<Message>) => {
    if (leading) {
      if (data.says === 'want') {
        wanted(data.tab, data.want);
      } else if (data.says === 'drop') {
        change(data.channel, () => others.get(data.tab)?.delete(data.channel));
      } else if (data.says === 'bye') {
        gone(data.tab);
      } else if (data.says === 'ping') {
        link.wake();
        post({ says: 'pong' });
      }
    } else if (data.says === 'told') {
      leaderLives();
      (data.to ?? tab) === tab && tell(data.told);
    } else if (data.says === 'status') {
      status({ ...data.detail, shared: true });
    } else if (data.says === 'lead') {
      leaderLives();
      wants().forEach((want) => post({ says: 'want', tab, want }));
    } else if (data.says === 'pong') {
      leaderLives();
    }
  };

  let alive: (() => void) | undefined;
  navigator.locks.request(`${name}#${tab}`, () => closed || new Promise<void>((resolve) => (alive = resolve)));
  const looking = setInterval(look, ASK);
  document.addEventListener('visibilitychange', look);
  contend();
  wants().forEach((want) => post({ says: 'want', tab, want }));

  return {
    isLeader: () => leading,
    follow(want) {
      if (leading) {
        const at = together(want.channel) && link.place(want.channel);
        change(want.channel, () => mine.set(want.channel, want));
        at && tell({ is: 'begin', channel: want.channel, at });
      } else {
        post({ says: 'want', tab, want });
      }
    },
    unfollow(channel) {
      if (leading) {
        change(channel, () => mine.delete(channel));
      } else {
        post({ says: 'drop', tab, channel });
      }
    },
    spread(told) {
      tell(told);
      post({ says: 'told', told });
    },
    spreadStatus(detail) {
      last = detail;
      status(detail);
      // Who doesn't lead any more says nothing of the line that others have now.
      leading && post({ says: 'status', detail: { ...detail, error: undefined } });
    },
    close() {
      const led = leading;
      leading = false;
      led && link.stop();
      post({ says: 'bye', tab });
      closed = true;
      clearInterval(looking);
      clearTimeout(silence);
      document.removeEventListener('visibilitychange', look);
      waiting.abort();
      letGo?.();
      alive?.();
      air.close();
    },
  };
}
