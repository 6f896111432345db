/** An event stream's text into blocks, as WHATWG HTML 9.2.6 has it. Knows no connection. */

export interface Block {
  /** `message` where the stream names none. */
  type: string;
  data: string;
  /** The last event id at this block. */
  id: string;
}

export interface ParserEvents {
  block(block: Block): void;
  /** A block without data that moved the last event id. */
  moved?(id: string): void;
  retry?(millis: number): void;
  comment?(text: string): void;
}

/** @returns takes the text in pieces of any size */
export function sseParser(events: ParserEvents): (piece: string) => void {
  let rest = '';
  let first = true;
  let afterCr = false;
  let data: string | undefined;
  let type = '';
  let lastId = '';
  let id: string | undefined;

  function dispatch(): void {
    // [spec] "Set the last event ID string of the event source to the value of the last event ID buffer."
    const moved = id !== undefined && id !== lastId;
    lastId = id ?? lastId;
    if (data !== undefined) {
      events.block({ type: type || 'message', data, id: lastId });
    } else if (moved) {
      // [spec] "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string
      // and return."
      events.moved?.(lastId);
    }
    data = id = undefined;
    type = '';
  }

  function line(text: string): void {
    if (!text) {
      return dispatch();
    }
    const colon = text.indexOf(':');
    if (!colon) {
      return events.comment?.(text.slice(1));
    }
    const name = colon < 0 ? text : text.slice(0, colon);
    // [spec] "If value starts with a U+0020 SPACE character, remove it from value."
    const value = colon < 0 ? '' : text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'data') {
      data = data === undefined ? value : data + '\n' + value;
    } else if (name === 'event') {
      type = value;
    } else if (name === 'id') {
      // [spec] "If the field value does not contain U+0000 NULL"
      if (!value.includes('\0')) {
        id = value;
      }
    } else if (name === 'retry' && /^\d+$/.test(value)) {
      events.retry?.(+value);
    }
  }

  return (piece) => {
    // [spec] "If the first character is a BOM, skip it." Once, and before anything else.
    if (first && piece) {
      first = false;
      piece = piece.replace(/^\ufeff/, '');
    }
    // A CR ends its line at once; the LF of a CRLF may come with the next piece.
    if (afterCr && piece[0] === '\n') {
      piece = piece.slice(1);
      afterCr = false;
    }
    if (!piece) {
      return;
    }
    afterCr = piece.endsWith('\r');
    const lines = (rest + piece).split(/\r\n?|\n/);
    rest = lines.pop()!;
    lines.forEach(line);
  };
}
