// Who is connected, how far behind, and why the last ones ended.

import {get, part, remove} from './api.js';
import {ago, bytes, count, field, h, say, show, table} from './dom.js';
import {poll} from './poll.js';

export function connections({words}) {
  const user = h('input', {type: 'search', value: words.user ?? ''});
  const channel = h('input', {type: 'search', value: words.channel ?? ''});
  const place = h('div');

  async function look() {
    const query = new URLSearchParams({limit: 200, ended: 50});
    if (user.value.trim()) query.set('user', user.value.trim());
    if (channel.value.trim()) query.set('channel', channel.value.trim());
    const focused = document.activeElement?.dataset?.end;
    try {
      const found = await get(`v1/connections?${query}`);
      show(place, open(found, look), ended(found.ended ?? []));
      if (focused) place.querySelector(`[data-end="${CSS.escape(focused)}"]`)?.focus();
    } catch (failure) {
      show(place, h('p.bad', {}, failure.message));
    }
  }

  const stop = poll(2000, look);
  const ask = event => { event.preventDefault(); look(); };
  return {
    element: h('div', {}, h('h1', {}, 'Connections'),
      h('form.card.row.end', {onsubmit: ask}, field('User', user), field('Channel', channel), h('button', {type: 'submit'}, 'Find')),
      place),
    stop,
  };
}

function open(found, again) {
  const rows = found.connections.map(each => h('tr', {},
    h('td', {}, each.userId ?? 'not logged in', each.entityId && h('small', {}, each.entityId)),
    h('td', {}, h('span.badge.plain', {}, each.transport)),
    h('td', {}, each.address ?? '', h('small', {}, `on ${each.node}`)),
    h('td', {}, places(each)),
    h('td.num', {}, lag(each)),
    h('td.num', {}, bytes(each.bufferedBytes)),
    h('td', {title: each.connectedAt}, ago(each.connectedAt)),
    h('td', {title: each.lastActivity}, `${ago(each.lastActivity)} ago`),
    h('td', {}, h('button.quiet', {type: 'button', 'data-end': each.connectionId,
      'aria-label': `Disconnect ${each.userId ?? ''} ${each.connectionId}`, onclick: () => end(each, again)}, 'Disconnect'))));
  return h('section', {},
    h('h2', {}, `${count(found.total)} open`),
    found.unanswered && h('p.bad', {}, `Not counted, since they don't answer: ${found.unanswered.join(', ')}`),
    table('Open connections', ['User', 'Transport', 'From', 'Follows, at', {text: 'Lag', num: true}, {text: 'Buffer', num: true}, 'Open for', 'Last active', 'Act'],
      rows, 'Nobody is connected.'));
}

function places(each) {
  const shown = each.subscriptions.slice(0, 3).map(place => h('div', {},
    h('a', {href: `#/channel?name=${part(place.channel)}`}, place.channel), ` at ${count(place.position)}`,
    place.filter && h('small', {}, `filter: ${place.filter}`)));
  const more = each.subscriptions.length - shown.length + (each.moreSubscriptions ?? 0);
  return [shown, more > 0 && h('small', {}, `and ${count(more)} more`)];
}

function lag(each) {
  const most = Math.max(0, ...each.subscriptions.map(place => place.lag));
  return most ? h('b.late', {}, count(most)) : '0';
}

async function end({connectionId, userId}, again) {
  if (!confirm(`Disconnect ${userId ?? connectionId}? The client is told session-ended and may come back.`)) return;
  try {
    await remove(`v1/connections/${part(connectionId)}`);
    say(`${userId ?? connectionId} is disconnected`);
  } catch (failure) {
    say(failure.message, true);
  }
  again();
}

function ended(all) {
  return h('section', {}, h('h2', {}, 'The last that ended'),
    table('Ended connections', ['User', 'Transport', 'From', 'Why', {text: 'Was open for', num: true}, 'Ended'],
      all.map(each => h('tr', {},
        h('td', {}, each.userId ?? 'not logged in'), h('td', {}, h('span.badge.plain', {}, each.transport)),
        h('td', {}, each.address ?? ''), h('td', {}, h('code', {}, each.code)),
        h('td.num', {}, `${((new Date(each.endedAt) - new Date(each.connectedAt)) / 1000).toFixed(1)} s`),
        h('td', {title: each.endedAt}, `${ago(each.endedAt)} ago`))),
      'None has ended since this node started.'));
}
