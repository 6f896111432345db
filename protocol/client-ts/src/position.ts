/** A place in one channel, just after an event, and the rule by which each event is handed out once and in order. */

export interface Position {
  epoch: string;
  offset: number;
  /** The server's cursor for it, where it has said one. */
  id?: string;
}

/** Reads `epoch.offset.tag`; the tag may be missing. Cursors of other kinds are nothing to compare: undefined. */
export function read(cursor: string | null | undefined): Position | undefined {
  const part = /^([a-z2-7]{8})\.(\d+)\.(.*)$/.exec(cursor ?? '');
  if (part) {
    return { epoch: part[1]!, offset: +part[2]!, id: part[3] ? cursor! : undefined };
  }
}

/** As kept over a page reload. */
export const write = ({ epoch, offset, id }: Position): string => id ?? `${epoch}.${offset}.`;

/** Whether `place` has everything that `other` has. Places of different epochs are never compared. */
export const covers = (place: Position | undefined, other: Position | undefined): boolean =>
  !!place && !!other && place.epoch === other.epoch && place.offset >= other.offset;

/**
 * What an event is to somebody who stands at `at`, where the stream says that nothing lies between `after` and the event:
 * the `next` one, one `known` already, or one beyond a `gap` that has to be filled first.
 */
export function judge(at: Position | undefined, after: Position | undefined, event: Position): 'next' | 'known' | 'gap' {
  if (!at) {
    return 'next';
  }
  if (covers(at, event)) {
    return 'known';
  }
  const follows = at.epoch === event.epoch && event.offset === at.offset + 1;
  return follows || covers(at, after) ? 'next' : 'gap';
}
