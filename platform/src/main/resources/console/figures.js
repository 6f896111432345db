// This node's figures as they change. What was seen is kept while the console is open, also on its other pages.

import {get} from './api.js';
import {count, h, show, table} from './dom.js';
import {plot} from './plot.js';
import {poll} from './poll.js';

/** At most so long is kept and shown; a page just opened shows a minute. */
const SPAN = 5 * 60_000;
const kept = [];

export function figures() {
  const place = h('div');
  const stop = poll(2000, async () => {
    try {
      take(await get('figures'));
      show(place, page());
    } catch (failure) {
      show(place, h('p.bad', {}, failure.message));
    }
  });
  return {element: h('div', {}, h('h1', {}, 'Figures'), place), stop};
}

function take(now) {
  if (kept.length && (kept.at(-1).node !== now.node || kept.at(-1).uptimeSeconds > now.uptimeSeconds)) kept.length = 0;
  kept.push(now);
  while (now.at - kept[0].at > SPAN + 5000) kept.shift();
}

const sum = values => Object.values(values ?? {}).reduce((all, one) => all + one, 0);
const values = of => kept.map(each => [each.at, of(each) ?? null]);

/** Of a sum that only grows, how fast it does; a pause in the watching is a gap in the line. */
function rates(of) {
  return kept.slice(1).map((each, at) => {
    const seconds = (each.at - kept[at].at) / 1000;
    return [each.at, seconds > 10 ? null : Math.max(0, (of(each) - of(kept[at])) / seconds)];
  });
}

function page() {
  const now = kept.at(-1);
  const span = Math.min(SPAN, Math.max(1, Math.ceil((now.at - kept[0].at) / 60_000)) * 60_000);
  return [
    h('p', {}, `Of node ${now.node.replace(/^.*@/, '')}, up for ${count(now.uptimeSeconds)} s, epoch `, h('code', {}, now.epoch),
      '. What was counted before this page was opened is in the sums below.'),
    h('div.plots', {},
      plot('Connections', '', [{name: 'SSE', points: values(each => each.open.sse ?? 0)}, {name: 'WebSocket', points: values(each => each.open.websocket ?? 0)}], span),
      plot('Events', '/s', [{name: 'delivered', points: rates(each => sum(each.delivered))}, {name: 'published', points: rates(each => each.published)}], span),
      plot('Publish latency', 'ms', [{name: 'p50', points: values(each => each.commit.p50)}, {name: 'p99', points: values(each => each.commit.p99)}], span),
      plot('Delivery latency, by a canary', 'ms', [{name: 'publish to live list', points: values(each => each.canaryMillis)}], span),
      plot('Reconnects', '/s', [{name: 'resumed', points: rates(each => each.resumed)}, {name: 'ended', points: rates(each => sum(each.ended))}], span),
      plot('Resets and slow clients', '/s', [{name: 'resets', points: rates(each => each.resets)}, {name: 'fell behind', points: rates(each => each.fellBehind)}], span)),
    h('section', {}, h('h2', {}, 'Since the node started'),
      table('Sums', ['What', {text: 'How many', num: true}], rows(now), '')),
  ];
}

function rows(now) {
  const all = [
    ['Events published', now.published], ['Events delivered', sum(now.delivered)], ['Channels resumed', now.resumed],
    ['Resets', now.resets], ['Slow clients that fell behind', now.fellBehind], ['Gaps repaired from the journal', now.gaps],
    ['Pages read from the journal', now.journalReads], ['Events kept in memory', now.kept],
    ...Object.entries(now.ended).map(([code, number]) => [`Connections ended: ${code}`, number]),
    ...Object.entries(now.refused).map(([code, number]) => [`Connections refused: ${code}`, number]),
  ];
  return all.map(([what, number]) => h('tr', {}, h('td', {}, what), h('td.num', {}, count(number))));
}
