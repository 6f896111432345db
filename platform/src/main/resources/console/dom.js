// Elements, without markup: a text given here is a text on the page, whatever it says.

const SVG = 'http://www.w3.org/2000/svg';

/** An element. `h('button.primary', {onclick}, 'Go')`; a child that is null or false is left out. */
export function h(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split('.');
  return fill(document.createElement(tag), classes, attributes, children);
}

/** The same for drawings. */
export function s(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split('.');
  return fill(document.createElementNS(SVG, tag), classes, attributes, children);
}

function fill(element, classes, attributes, children) {
  if (classes.length) element.classList.add(...classes);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'class') element.classList.add(...value.split(' '));
    else if (name === 'value') element.value = value;
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  put(element, children);
  return element;
}

function put(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Has the element hold these and nothing else. */
export function show(element, ...children) {
  element.replaceChildren();
  put(element, children);
  return element;
}

let fields = 0;

/** A labelled input. */
export function field(label, input, hint) {
  const id = `field-${++fields}`;
  input.id = id;
  const said = hint && h('small.hint', {id: `${id}-hint`}, hint);
  if (said) input.setAttribute('aria-describedby', said.id);
  return h('div.field', {}, h('label', {for: id}, label), input, said);
}

/** A table with a caption for those who can't see the heading above it. */
export function table(caption, heads, rows, empty) {
  return h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': caption},
    h('table', {},
      h('caption.unseen', {}, caption),
      h('thead', {}, h('tr', {}, heads.map(head => h('th', {scope: 'col', class: head.num ? 'num' : null}, head.text ?? head)))),
      h('tbody', {}, rows.length ? rows : h('tr', {}, h('td.empty', {colspan: heads.length}, empty)))));
}

/** Says something to everybody, those who listen instead of look included. */
export function say(text, bad = false) {
  const place = document.getElementById('said');
  const note = h(bad ? 'p.bad' : 'p', {}, text);
  show(place, note);
  setTimeout(() => note.isConnected && note.remove(), 6000);
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied`);
  } catch {
    say('This browser does not let the page copy', true);
  }
}

/** As people read it, without markup of any kind. */
export function pretty(data) {
  return typeof data === 'string' ? data : JSON.stringify(data, null, 2);
}

export const count = number => new Intl.NumberFormat('en').format(number);

export function clock(time) {
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? '' : at.toTimeString().slice(0, 8) + '.' + String(at.getMilliseconds()).padStart(3, '0');
}

export function ago(time) {
  const seconds = Math.max(0, Math.round((Date.now() - new Date(time).getTime()) / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

export function bytes(size) {
  if (size < 1024) return `${size} B`;
  return size < 1048576 ? `${(size / 1024).toFixed(1)} KiB` : `${(size / 1048576).toFixed(1)} MiB`;
}
