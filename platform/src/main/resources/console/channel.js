// One channel: what it holds and promises, who writes, who is there; and a replay of its past.

import {get, part} from './api.js';
import {ago, bytes, clock, count, field, h, pretty, say, show, table} from './dom.js';
import {poll} from './poll.js';

export function channel({words}) {
  const name = h('input', {required: true, value: words.name ?? '', placeholder: 'orders:42'});
  const stage = h('div');
  let stop = () => {};

  function begin(event) {
    event?.preventDefault();
    stop();
    const report = h('div');
    show(stage, report, replay(name.value.trim()));
    stop = poll(2000, () => look(name.value.trim(), report));
  }

  if (words.name) begin();
  return {
    element: h('div', {}, h('h1', {}, 'Channel'),
      h('form.card.row.end', {onsubmit: begin}, field('Channel', name), h('button.primary', {type: 'submit'}, 'Look')), stage),
    stop: () => stop(),
  };
}

async function look(name, place) {
  try {
    const about = await get(`channel?channel=${part(name)}`);
    const people = about.family.presence ? await get(`v1/channels/${part(name)}/presence`) : null;
    show(place, tiles(about), people && presence(people), writers(about));
  } catch (failure) {
    show(place, h('p.bad', {}, failure.message));
  }
}

function tiles({channel: name, head, availableFrom, complete, subscribers, perSecond, family}) {
  return h('section', {},
    h('div.row.spread', {}, h('h2', {}, name), h('a.button', {href: `#/tail?channel=${part(name)}`}, 'Watch live')),
    h('dl.sums', {},
      tile('Newest offset', count(head)),
      tile('Oldest kept', availableFrom > head ? 'none' : count(availableFrom)),
      tile('Events a second', perSecond === undefined ? 'none' : perSecond.toFixed(perSecond < 10 ? 2 : 0)),
      tile('Subscribers', count(subscribers)),
      tile('State', complete ? 'complete' : 'open')),
    h('p', {}, `Family ${family.name}: ${family.class}, keeps ${count(family.maxEvents)} events for ${span(family.maxAgeSeconds)}`,
      `; a slow client: ${family.slowClient.replace('_', ' ')}; presence ${family.presence ? 'on' : 'off'}`,
      `; filters ${family.filters ? 'on' : 'off'}`, family.rateLimit ? `; at most ${family.rateLimit}` : '', '.'));
}

function tile(term, value) {
  return h('div', {}, h('dt', {}, term), h('dd', {}, value));
}

function span(seconds) {
  return seconds >= 172800 ? `${Math.round(seconds / 86400)} days` : seconds >= 7200 ? `${Math.round(seconds / 3600)} h` : `${seconds} s`;
}

function presence({users, count: all}) {
  return h('section', {}, h('h2', {}, 'Who is here'),
    h('p', {}, users.length ? users.map(each => each.userId).join(', ') : 'Nobody.', all > users.length && ` and ${count(all - users.length)} more.`));
}

function writers({publishers, newest}) {
  const who = Object.entries(publishers);
  return h('section', {}, h('h2', {}, 'Who writes'),
    h('p', {}, who.length ? who.map(([name, events]) => `${name} (${count(events)} of the last ${newest.length})`).join(', ') : 'Nobody yet.'),
    table('Newest events', [{text: 'Offset', num: true}, 'Time', 'Type', 'Publisher', 'Source', {text: 'Size', num: true}],
      newest.slice(-10).reverse().map(each => h('tr', {},
        h('td.num', {}, count(each.offset)), h('td', {title: each.time}, `${clock(each.time)} (${ago(each.time)} ago)`),
        h('td', {}, each.type), h('td', {}, each.publisher), h('td', {}, each.source ?? ''), h('td.num', {}, bytes(each.bytes)))),
      'Nothing was published yet.'));
}

/** Reads the past page by page, from an offset, an id or a time. */
function replay(name) {
  const from = h('input', {placeholder: '1, an id, or 2026-01-31T12:00:00Z', required: true});
  const list = h('ol.events', {tabindex: 0, 'aria-label': 'Replayed events, oldest first'});
  const more = h('button', {type: 'button', hidden: true}, 'More');

  async function page(query) {
    try {
      const answer = await get(`v1/channels/${part(name)}/history?limit=50&${query}`);
      if (answer.reset) list.append(h('li.note', {}, `reset: ${answer.reset.reason}; what is kept begins at ${answer.availableFrom}`));
      answer.events.forEach(each => list.append(past(each)));
      if (!answer.events.length) list.append(h('li.note', {}, `Nothing more; the newest is ${answer.head}.`));
      more.hidden = !answer.events.length;
      more.onclick = () => page(`after=${part(answer.next)}`);
    } catch (failure) {
      say(failure.message, true);
    }
  }

  const begin = event => {
    event.preventDefault();
    show(list);
    const where = from.value.trim();
    if (/^\d+$/.test(where)) page(`after=${Math.max(0, Number(where) - 1)}`);
    else page(where.includes('T') ? `since=${part(where)}` : `after=${part(where)}`);
  };
  return h('section', {}, h('h2', {}, 'Replay'),
    h('form.row.end', {onsubmit: begin}, field('From', from, 'An offset, right after an id, or a time'),
      h('button', {type: 'submit'}, 'Replay')), list, more);
}

function past(each) {
  return h('li', {}, h('details', {},
    h('summary', {}, h('span.offset', {}, count(each.offset)), h('span.time', {title: each.time}, clock(each.time)),
      h('span.type', {}, each.type), h('span.short', {}, each.data === undefined ? '' : JSON.stringify(each.data))),
    h('pre', {tabindex: 0}, pretty(each)), h('p.meta', {}, 'id ', h('code', {}, each.id))));
}
