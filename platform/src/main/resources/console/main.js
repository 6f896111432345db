// The page: who is looking, which page is open, and moving between them.

import {get, token} from './api.js';
import {h, say, show} from './dom.js';
import {channel} from './channel.js';
import {cluster} from './cluster.js';
import {connections} from './connections.js';
import {figures} from './figures.js';
import {live, tail} from './live.js';
import {reach} from './reach.js';
import {tokens} from './tokens.js';

const PAGES = [
  ['', 'Welcome', live],
  ['tail', 'Live tail', tail],
  ['channel', 'Channel', channel],
  ['connections', 'Connections', connections],
  ['cluster', 'Cluster', cluster],
  ['figures', 'Figures', figures],
  ['token', 'Token', tokens],
  ['reach', 'Why not?', reach],
];

const main = document.getElementById('main');
let me = null;
let leave = null;

function here() {
  const [name, query] = location.hash.replace(/^#\/?/, '').split('?');
  return {name, words: Object.fromEntries(new URLSearchParams(query ?? ''))};
}

function navigation(name) {
  show(document.getElementById('nav'), PAGES.map(([path, title]) =>
    h('a', {href: `#/${path}`, 'aria-current': path === name ? 'page' : null}, title)));
  show(document.getElementById('who'), me?.signedIn
    ? [h('span', {}, me.subject), h('button.quiet', {type: 'button', onclick: signOut}, 'Sign out')]
    : h('span', {title: 'The admin port of a dev node asks for no login'}, 'dev, signed in'));
}

async function open(focus = true) {
  leave?.();
  leave = null;
  const {name, words} = here();
  const [path, title, page] = PAGES.find(each => each[0] === name) ?? PAGES[0];
  try {
    me = await get('me');
  } catch (failure) {
    return failure.status === 401 ? signIn() : show(main, h('p.bad', {}, `This node does not answer: ${failure.message}`));
  }
  document.title = `${title} · Millrace console`;
  navigation(path);
  const {element, stop} = page({me, words});
  leave = stop ?? null;
  show(main, element);
  if (focus) main.focus({preventScroll: true});
  window.scrollTo(0, 0);
}

function signOut() {
  token.forget();
  location.hash = '#/';
  open();
}

function signIn() {
  leave?.();
  leave = null;
  me = null;
  show(document.getElementById('nav'));
  show(document.getElementById('who'));
  document.title = 'Sign in · Millrace console';
  const input = h('textarea', {id: 'sign-in', rows: 5, spellcheck: 'false', autocomplete: 'off', required: true});
  const enter = async event => {
    event.preventDefault();
    token.set(input.value.trim());
    try {
      await get('me');
      open();
    } catch (failure) {
      token.forget();
      say(failure.status === 401 ? 'This token is no admin\'s, or no longer' : failure.message, true);
    }
  };
  show(main, h('form.card.sign-in', {onsubmit: enter},
    h('h1', {}, 'Sign in'),
    h('p', {}, 'With an administrator\'s token: one that grants ', h('code', {}, 'admin'), ' on ', h('code', {}, '*'),
      '. It stays in this tab and is forgotten with it.'),
    h('label', {for: 'sign-in'}, 'Token'), input,
    h('p.row', {}, h('button.primary', {type: 'submit'}, 'Sign in')),
    h('p.hint', {}, 'Make one on the server: ', h('code', {}, 'java -jar millrace.jar token --sub me --grant \'*:admin\''))));
  input.focus();
}

window.addEventListener('hashchange', () => open());
window.addEventListener('login-needed', () => { if (me) signIn(); });
open(false);
