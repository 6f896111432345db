// The tail of channels, and the welcome that shows it being cut and going on.

import {part, post} from './api.js';
import {clock, copy, count, field, h, pretty, say, show} from './dom.js';
import {addressOf, Line, streamOf} from './line.js';

const KEPT = 500;
const SHOWN = 200;
const CUT = 10_000;

/** What one line's events say about it: how many came, how many late, whether one is missing. */
class Ledger {
  constructor() {
    this.last = new Map();
    this.head = new Map();
    this.received = 0;
    this.replayed = 0;
    this.lost = 0;
    this.twice = 0;
    this.gap = 0;
    this.begun = false;
  }

  /** What is asked for isn't kept any more: what lies between is lost, and said to be. */
  resets({channel, availableFrom}) {
    if (availableFrom === undefined) return; // a family's: it has no offsets
    const last = this.last.get(channel);
    const gap = last === undefined ? 0 : Math.max(0, availableFrom - 1 - last);
    this.gap += gap;
    this.lost += gap;
    this.last.set(channel, availableFrom - 1);
  }

  /** Where the stream goes on, and up to where what comes is the past. */
  begins(channels) {
    this.back = {replayed: 0, lost: this.gap, from: null, again: this.begun};
    this.begun = true;
    this.gap = 0;
    for (const {channel, from, head} of channels) {
      this.head.set(channel, head);
      if (this.last.has(channel)) this.back.from = this.last.get(channel);
      else this.last.set(channel, from);
    }
  }

  /** @returns whether the event is one that was missed while the line was cut */
  takes({channel, offset}) {
    this.received++;
    const last = this.last.get(channel);
    const past = offset <= (this.head.get(channel) ?? 0);
    if (last !== undefined && offset <= last) this.twice++;
    if (last !== undefined && offset > last + 1) {
      this.lost += offset - last - 1;
      if (this.back) this.back.lost += offset - last - 1;
    }
    this.last.set(channel, Math.max(offset, last ?? 0));
    if (past) {
      this.replayed++;
      if (this.back) this.back.replayed++;
    }
    return past;
  }
}

/** A tail with its controls; `options.strip` draws each event as it comes. */
function watching(channels, me, options = {}) {
  const ledger = new Ledger();
  const events = [];
  let paused = false;
  let waiting = 0;
  let wanted = '';
  let state = 'connecting';
  let until = 0;

  const badge = h('span.badge', {role: 'status'});
  const list = h('ol.events', {tabindex: 0, 'aria-label': 'Events, newest first'});
  const strip = h('div.strip', {role: 'img', 'aria-label': 'Each event a mark: live, or replayed after a cut'});
  const verdict = h('p.verdict', {role: 'status', 'aria-live': 'polite'});
  const sums = h('dl.sums');
  const pause = h('button', {type: 'button', 'aria-pressed': 'false', onclick: togglePause}, 'Pause');
  const cut = h('button.primary', {type: 'button', onclick: cutLine}, 'Cut my line for 10 s');
  const filter = h('input', {type: 'search', placeholder: 'text in type or data', oninput: () => { wanted = filter.value.toLowerCase(); draw(); }});

  const line = new Line(channels, {status, event, control}, {from: options.from, filter: options.filter});

  function status(next, why) {
    state = next;
    const words = {
      connecting: ['Connecting', 'busy'], open: ['Live', 'good'], waiting: [`Coming back: ${why}`, 'busy'],
      cut: ['Cut', 'cut'], closed: [why === 'complete' ? 'Complete' : `Closed: ${why}`, 'bad'],
    }[next];
    badge.className = `badge ${words[1]}`;
    show(badge, words[0]);
    cut.disabled = next !== 'open';
    if (next === 'closed') say(why === 'complete' ? 'The stream is complete' : why, why !== 'complete');
  }

  function cutLine() {
    until = Date.now() + CUT;
    line.cut(CUT);
    verdict.className = 'verdict cut';
    countDown();
  }

  function countDown() {
    if (state !== 'cut' || line.stopped) return;
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    show(verdict, `The line is cut. The channel goes on without us; back in ${left} s.`);
    setTimeout(countDown, 200);
  }

  function control(name, data, id) {
    if (name === 'connected') {
      ledger.begins(data.channels ?? []);
      if (ledger.back.again) tell();
    } else if (name === 'reset') {
      ledger.resets(data);
      note(`reset: ${data.reason}${data.availableFrom === undefined ? '' : `; the events begin again at ${data.availableFrom}`}`);
    } else if (name === 'complete' || name === 'problem') {
      note(`${name}${data?.channel ? ` of ${data.channel}` : ''}`);
    } else if (name === 'reconnect') {
      note('the server asks to come back soon');
    }
  }

  function event(each) {
    const past = ledger.takes(each);
    events.unshift({...each, past});
    if (events.length > KEPT) events.pop();
    mark(past);
    if (ledger.back?.again) tell();
    if (paused) {
      waiting++;
      show(pause, `Go on (${waiting} new)`);
    } else {
      add(events[0]);
    }
    figures();
  }

  function tell() {
    const {from, replayed, lost} = ledger.back;
    verdict.className = lost ? 'verdict bad' : 'verdict good';
    show(verdict, from === null ? 'Resumed where the line was cut' : ['Resumed from ', h('b', {}, count(from))], ', ',
      from !== null && [h('b', {}, count(replayed)), ' replayed, '], h('b', {}, count(lost)), ' lost');
  }

  function mark(past) {
    strip.append(h(past ? 'i.past' : 'i'));
    while (strip.childElementCount > 90) strip.firstChild.remove();
  }

  function note(text) {
    list.prepend(h('li.note', {}, text));
  }

  function figures() {
    show(sums,
      sum('Received', ledger.received), sum('Replayed', ledger.replayed), sum('Lost', ledger.lost),
      sum('Twice', ledger.twice));
  }

  function sum(name, value) {
    return h('div', {}, h('dt', {}, name), h('dd', {}, count(value)));
  }

  function fits(each) {
    return !wanted || each.type.toLowerCase().includes(wanted) || (pretty(each.data) ?? '').toLowerCase().includes(wanted);
  }

  function add(each) {
    if (!fits(each)) return;
    list.prepend(row(each, me, channels));
    while (list.childElementCount > SHOWN) list.lastChild.remove();
  }

  function draw() {
    show(list, events.filter(fits).slice(0, SHOWN).map(each => row(each, me, channels)));
  }

  function togglePause() {
    paused = !paused;
    waiting = 0;
    pause.setAttribute('aria-pressed', String(paused));
    show(pause, paused ? 'Go on' : 'Pause');
    if (!paused) draw();
  }

  status('connecting');
  figures();
  line.open();
  return {badge, list, strip, verdict, sums, pause, cut, filter, ledger, stop: () => line.close()};
}

function row(each, me, channels) {
  const several = channels.length !== 1 || channels[0].endsWith(':*');
  const text = pretty(each.data) ?? '';
  const short = typeof each.data === 'string' ? each.data : JSON.stringify(each.data);
  const address = addressOf(base(me), each.channel);
  return h(each.past ? 'li.past' : 'li', {},
    h('details', {},
      h('summary', {},
        h('span.offset', {}, count(each.offset)),
        h('span.time', {}, clock(each.time)),
        several && h('span.channel', {}, each.channel),
        h('span.type', {}, each.type),
        h('span.short', {}, short ?? ''),
        each.past && h('span.tag', {}, 'replayed')),
      h('pre', {tabindex: 0}, text),
      h('p.meta', {}, 'id ', h('code', {}, each.id ?? 'none'), each.source ? [' · source ', h('code', {}, each.source)] : null),
      h('p.row', {},
        h('button.quiet', {type: 'button', onclick: () => copy(text, 'The data')}, 'Copy JSON'),
        h('button.quiet', {type: 'button', onclick: () => copy(publishCommand(address, each), 'The publish command')}, 'Copy publish as curl'),
        h('button.quiet', {type: 'button', onclick: () => copy(resumeCommand(streamOf(base(me), channels), each), 'The listen command')}, 'Copy resume as curl'))));
}

/** As one word of a shell, whatever is in it. */
const quoted = text => `'${text.replaceAll('\'', '\'\\\'\'')}'`;
const AUTH = '-H "Authorization: Bearer $TOKEN"';

function publishCommand(address, each) {
  const body = JSON.stringify({type: each.type, data: each.data});
  return `curl ${AUTH} -H 'Content-Type: application/json' -d ${quoted(body)} ${quoted(address)}`;
}

function resumeCommand(address, each) {
  return `curl -N ${AUTH} -H ${quoted(`Last-Event-ID: ${each.id}`)} ${quoted(address)}`;
}

/** The public port as this browser may reach it. */
function base(me) {
  return me.address.replace(/\/\/(0\.0\.0\.0|\[::\]|\[0:0:0:0:0:0:0:0\]):/, `//${location.hostname}:`);
}

/** The first page: a live channel, and a line to cut. */
export function live({me}) {
  const stage = h('section.stage', {'aria-labelledby': 'stage'});
  let watch = null;
  let left = false;

  const start = async () => {
    try {
      const {channel} = await post('demo', {});
      if (!left) play(channel);
    } catch (failure) {
      show(stage, h('p.bad', {}, failure.message));
    }
  };

  function play(channel) {
    watch = watching([channel], me);
    show(stage,
      h('div.row.spread', {},
        h('h2', {id: 'stage'}, 'Live now: ', h('a', {href: `#/channel?name=${part(channel)}`}, channel)), watch.badge),
      h('p', {}, 'This machine\'s figures, once a second, by the same doors as every event.'),
      watch.strip,
      h('div.row', {}, watch.cut, watch.pause),
      watch.verdict, watch.sums, watch.list);
  }

  const choose = h('input', {required: true, placeholder: 'orders:42'});
  if (me.demo) {
    show(stage, h('p', {}, 'Starting the demo…'));
    start();
  } else {
    show(stage, h('h2', {id: 'stage'}, 'Watch a channel'),
      h('form.row', {onsubmit: event => { event.preventDefault(); location.hash = `#/tail?channel=${part(choose.value.trim())}`; }},
        field('Channel', choose), h('button.primary', {type: 'submit'}, 'Watch')));
  }

  return {
    element: h('div', {},
      h('h1', {}, 'Events, in order, and none lost in silence'),
      h('p.lead', {}, 'A client that comes back says what it saw last and gets exactly what it missed, on any node. Try it: ',
        'cut the line, wait, and count.'),
      stage),
    stop: () => { left = true; watch?.stop(); },
  };
}

/** Any channel or several, from wherever. */
export function tail({me, words}) {
  const channel = h('input', {required: true, value: words.channel ?? '', placeholder: 'orders:42'});
  const from = h('input', {value: words.from ?? '', placeholder: 'latest'});
  const stage = h('section');
  let watch = null;

  function begin(event) {
    event?.preventDefault();
    watch?.stop();
    const channels = channel.value.split(',').map(each => each.trim()).filter(Boolean);
    watch = watching(channels, me, {from: from.value.trim() || null});
    show(stage,
      h('div.row.spread', {}, h('h2', {}, channels.join(', ')), watch.badge),
      watch.strip,
      h('div.row.end', {}, watch.pause, watch.cut, field('Show only', watch.filter)),
      watch.verdict, watch.sums, watch.list);
  }

  if (words.channel) begin();
  return {
    element: h('div', {}, h('h1', {}, 'Live tail'),
      h('form.card.row.end', {onsubmit: begin},
        field('Channel', channel, 'Or several with commas, or a whole family such as orders:* where wildcards are on'), field('From', from, 'latest, earliest, an event\'s id, or a time such as 2026-01-31T12:00:00Z'),
        h('button.primary', {type: 'submit'}, 'Watch')),
      stage, publishBox(channel)),
    stop: () => watch?.stop(),
  };
}

function publishBox(channel) {
  const type = h('input', {required: true, value: 'greeting'});
  const data = h('textarea', {rows: 4, spellcheck: 'false', value: '{\n  "text": "hello"\n}'});
  const send = async event => {
    event.preventDefault();
    const to = channel.value.split(',')[0].trim();
    try {
      const receipt = await post(`v1/channels/${part(to)}/events`, {type: type.value, data: JSON.parse(data.value), key: crypto.randomUUID?.()});
      say(`Published to ${to} at offset ${receipt.offset}`);
    } catch (failure) {
      say(failure instanceof SyntaxError ? 'The data is not JSON' : failure.message, true);
    }
  };
  return h('form.card', {onsubmit: send}, h('h2', {}, 'Publish'),
    h('p.hint', {}, 'To the first channel above.'),
    field('Type', type), field('Data, as JSON', data), h('p.row', {}, h('button.primary', {type: 'submit'}, 'Publish')));
}
