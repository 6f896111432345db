// The members, who can't be reached, and where the channels live.

import {get} from './api.js';
import {count, h, show, table} from './dom.js';
import {poll} from './poll.js';

export function cluster() {
  const place = h('div');
  const stop = poll(3000, async () => {
    try {
      show(place, picture(await get('cluster')));
    } catch (failure) {
      show(place, h('p.bad', {}, failure.message));
    }
  });
  return {element: h('div', {}, h('h1', {}, 'Cluster'), place), stop};
}

function picture({self, leader, members}) {
  const lost = members.filter(each => !each.reachable);
  return [
    h('p.verdict', {class: lost.length ? 'bad' : 'good', role: 'status'}, lost.length
      ? `Not reachable from here: ${lost.map(each => each.node).join(', ')}`
      : `${members.length === 1 ? 'One node' : `${members.length} nodes`}, all reachable`),
    h('div.nodes', {}, members.map(each => card(each, self, leader))),
    h('section', {}, h('h2', {}, 'Shards of channels'),
      h('p', {}, 'A channel lives in one shard, and a shard on one node. Channels that nobody uses are not in memory and not counted.'),
      shards(members)),
  ];
}

function card(each, self, leader) {
  const held = Object.values(each.shards ?? {});
  return h('section.card', {},
    h('div.row.spread', {}, h('h2', {}, each.node), h('span.badge', {class: each.reachable && each.status === 'Up' ? 'good' : 'bad'},
      each.reachable ? each.status : 'Unreachable')),
    h('dl.pairs', {},
      h('dt', {}, 'Roles'), h('dd', {}, each.roles.join(', ') || 'none'),
      h('dt', {}, 'Version'), h('dd', {}, each.version),
      h('dt', {}, 'Shards'), h('dd', {}, each.shards ? count(held.length) : 'did not answer'),
      h('dt', {}, 'Channels in memory'), h('dd', {}, count(held.reduce((sum, one) => sum + one, 0)))),
    h('p.row', {}, each.node === self && h('span.badge.plain', {}, 'this node'), each.node === leader && h('span.badge.plain', {}, 'leader')));
}

function shards(members) {
  const rows = members.flatMap(each => Object.entries(each.shards ?? {}).map(([shard, held]) => ({shard, held, node: each.node})));
  rows.sort((one, other) => other.held - one.held || one.shard.localeCompare(other.shard, 'en', {numeric: true}));
  return table('Shards', ['Shard', 'Node', {text: 'Channels in memory', num: true}],
    rows.map(({shard, held, node}) => h('tr', {}, h('td', {}, shard), h('td', {}, node), h('td.num', {}, count(held)))),
    'No shard is in memory.');
}
