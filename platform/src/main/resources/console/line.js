// One event stream, resumed by its last event id: what a browser's EventSource does, with a header for the token and with
// a line that can be cut on purpose. [spec] WHATWG HTML, 9.2.6 "Interpreting an event stream".

import {call, part} from './api.js';

const CONTROL = new Set(['connected', 'heartbeat', 'reset', 'complete', 'problem', 'reconnect', 'presence', 'watermark']);

export class Line {
  /** @param told {status(state, why), event(event), control(name, data)} */
  constructor(channels, told, {from = null, filter = ''} = {}) {
    this.channels = channels;
    this.told = told;
    this.from = from;
    this.filter = filter;
    this.lastId = null;
    this.tries = 0;
    this.stopped = false;
  }

  open() {
    this.stopped = false;
    this.run();
    return this;
  }

  /** Ends the socket at once and stays away for so long. */
  cut(millis) {
    this.drop();
    this.told.status('cut', `for ${Math.round(millis / 1000)} s`);
    this.timer = setTimeout(() => this.run(), millis);
  }

  close() {
    this.stopped = true;
    this.drop();
  }

  drop() {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.abort();
  }

  path() {
    const query = new URLSearchParams(this.filter);
    this.channels.forEach(channel => query.append('channel', channel));
    if (this.from && !this.lastId) query.set('from', this.from);
    query.set('envelope', 'full');
    return `v1/events?${query}`;
  }

  async run() {
    const socket = new AbortController();
    this.socket = socket;
    this.told.status('connecting');
    try {
      const headers = this.lastId ? {'Last-Event-ID': this.lastId} : {};
      const response = await call(this.path(), {headers, signal: socket.signal});
      if (response.status === 204) return this.over('complete');
      await this.read(response.body.getReader(), socket);
      if (this.socket === socket) this.again('the stream ended');
    } catch (failure) {
      if (this.socket !== socket) return;
      if (failure.status && failure.status < 500 && failure.status !== 429) {
        this.over(failure.message);
      } else {
        this.again(failure.message);
      }
    }
  }

  over(why) {
    this.socket = null;
    this.told.status('closed', why);
  }

  again(why) {
    if (this.stopped) return;
    this.socket = null;
    // full jitter, so that nobody comes back in step
    const pause = Math.random() * Math.min(15000, 500 * 2 ** this.tries++);
    this.told.status('waiting', why);
    this.timer = setTimeout(() => this.run(), pause);
  }

  async read(reader, socket) {
    const decoder = new TextDecoder();
    let rest = '';
    let block = {data: []};
    for (;;) {
      const {done, value} = await reader.read();
      if (done || this.socket !== socket) return;
      rest += decoder.decode(value, {stream: true});
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      for (const line of lines) block = this.take(line, block);
    }
  }

  take(line, block) {
    if (line === '') {
      this.dispatch(block);
      return {data: []};
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') block.data.push(value);
    else if (name === 'event') block.type = value;
    else if (name === 'id') block.id = value;
    return block;
  }

  dispatch({id, type, data}) {
    if (id !== undefined) this.lastId = id;
    if (!data.length) return;
    const text = data.join('\n');
    let value = text;
    try { value = JSON.parse(text); } catch { /* stays the text it is */ }
    if (CONTROL.has(type)) {
      if (type === 'connected') {
        this.tries = 0;
        this.told.status('open');
      }
      this.told.control(type, value, id);
    } else {
      this.told.event({...value, id, type});
    }
  }
}

/** A channel's address on the public port, for a command line. */
export const addressOf = (base, channel) => `${base}/v1/channels/${part(channel).replace(/%3A/g, ':')}/events`;

/** Where a stream of these is on the public port, for a command line. */
export const streamOf = (base, channels) => channels.length === 1 && !channels[0].endsWith(':*')
  ? addressOf(base, channels[0])
  : `${base}/v1/events?${channels.map(each => `channel=${part(each)}`).join('&')}`;
