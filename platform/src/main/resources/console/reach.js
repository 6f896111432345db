// Why an event did or didn't reach somebody.

import {post} from './api.js';
import {field, h, say, show} from './dom.js';

const WORDS = {yes: 'Yes', no: 'No', open: 'Perhaps'};

export function reach({words}) {
  const channel = h('input', {required: true, value: words.channel ?? '', placeholder: 'orders:42'});
  const offset = h('input', {required: true, value: words.offset ?? '', placeholder: '17'});
  const user = h('input', {required: true, value: words.user ?? ''});
  const token = h('input', {autocomplete: 'off', spellcheck: 'false'});
  const place = h('div');

  const ask = async event => {
    event.preventDefault();
    try {
      const body = {channel: channel.value.trim(), offset: offset.value.trim(), user: user.value.trim(), token: token.value.trim()};
      const {steps} = await post('reach', body);
      show(place, h('section', {}, h('h2', {}, 'What is known'), h('ol.steps', {}, steps.map(step =>
        h('li', {}, h('span.badge', {class: {yes: 'good', no: 'bad', open: 'busy'}[step.outcome]}, WORDS[step.outcome]), h('span', {}, step.what))))));
    } catch (failure) {
      say(failure.message, true);
    }
  };

  return {
    element: h('div', {}, h('h1', {}, 'Why did this event not reach that user?'),
      h('p.lead', {}, 'Answered from the journal, the user\'s connections with their filters and claims, and, where you have it, the user\'s token.'),
      h('form.card.grid', {onsubmit: ask}, field('Channel', channel), field('Offset', offset, 'Or the event\'s id'), field('User', user),
        field('The user\'s token', token, 'Where it is known: whether it may hear the channel'),
        h('p.row', {}, h('button.primary', {type: 'submit'}, 'Ask'))),
      place),
  };
}
