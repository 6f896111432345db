// What a token says, whether it holds, and what it may on a channel, and why.

import {post} from './api.js';
import {field, h, say, show, table} from './dom.js';

export function tokens() {
  const input = h('textarea', {rows: 5, required: true, spellcheck: 'false', autocomplete: 'off'});
  const channel = h('input', {placeholder: 'orders:42'});
  const place = h('div');

  const ask = async event => {
    event.preventDefault();
    try {
      const token = input.value.trim().replace(/^Bearer\s+/i, '');
      show(place, verdict(await post('token', {token, channel: channel.value.trim()})), raw(token));
    } catch (failure) {
      say(failure.message, true);
    }
  };

  return {
    element: h('div', {}, h('h1', {}, 'Token'),
      h('p.lead', {}, 'What it says, whether it holds here, and what it may do, decided by the same function as at every door.'),
      h('form.card', {onsubmit: ask}, field('Token', input, 'It is sent to this node and kept nowhere.'),
        field('May it do what, on this channel?', channel), h('p.row', {}, h('button.primary', {type: 'submit'}, 'Decode'))),
      place),
  };
}

function verdict(report) {
  return [
    h('p.verdict', {class: report.holds ? 'good' : 'bad', role: 'status'},
      report.holds ? `It holds. It is ${report.subject}'s.` : `It doesn't hold (${report.reason}): ${report.why}.`),
    report.subject && h('section.card', {}, h('h2', {}, 'Who and what'),
      h('dl.pairs', {},
        pair('Subject', report.subject), pair('Entity', report.entity), pair('Token id', report.tokenId),
        pair('Issued', report.issuedAt), pair('Expires', report.expiresAt ?? 'never'), pair('Administrator', report.admin ? 'yes' : 'no'),
        pair('Rules', report.grants.length ? report.grants.map(each => h('div', {}, h('code', {}, each))) : 'none'),
        pair('Own channels', report.ownChannels.join(', ')),
        pair('Claims', Object.entries(report.claims).map(([name, value]) => `${name} = ${value}`).join(', ') || 'none'))),
    report.acts && h('section', {}, h('h2', {}, `On ${report.channel}`),
      table('Acts', ['Act', 'May it?', 'Why', 'By the rules'], report.acts.map(each => h('tr', {},
        h('td', {}, each.act),
        h('td', {}, h('span.badge', {class: each.allowed ? 'good' : 'bad'}, each.allowed ? 'allowed' : 'denied')),
        h('td', {}, each.why),
        h('td', {}, each.rules.length ? each.rules.map(rule => h('div', {}, h('code', {}, rule))) : 'none'))), '')),
  ];
}

function pair(term, value) {
  return value === undefined || value === null ? null : [h('dt', {}, term), h('dd', {}, value)];
}

/** The parts as they are written, whether they are true or not. */
function raw(token) {
  const parts = token.split('.').slice(0, 2).map(part => {
    try {
      const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), letter => letter.charCodeAt(0));
      return JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)), null, 2);
    } catch {
      return 'not JSON in base64url';
    }
  });
  return h('section', {}, h('h2', {}, 'As it is written'), h('p.hint', {}, 'Header and payload, not checked.'),
    parts.map(each => h('pre', {tabindex: 0}, each)));
}
