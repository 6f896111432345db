// A small line plot, drawn with the page's own colours.

import {h, s, show} from './dom.js';

const WIDTH = 560;
const HEIGHT = 150;
const LEFT = 48;
const BOTTOM = 20;
const TOP = 8;

/** Where a scale may end so that it reads well. */
function above(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map(step => step * power).find(step => step >= value);
}

const short = value => value >= 1e6 ? `${value / 1e6}M` : value >= 1e4 ? `${value / 1e3}k` : String(Number(value.toPrecision(3)));

/** @param series [{name, points: [[time, value]]}], all over the same time */
export function plot(title, unit, series, span) {
  const drawing = s('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': `${title}: ${words(series, unit)}`});
  draw(drawing, series, span);
  return h('figure.card.plot', {},
    h('figcaption', {}, h('h2', {}, title), h('span.legend', {}, series.map(({name, points}, at) =>
      h(`span.key.line${at}`, {}, name, ' ', h('b', {}, last(points), unit && ` ${unit}`))))),
    drawing);
}

const last = points => {
  const value = points.at(-1)?.[1];
  return value === undefined || value === null ? '–' : short(Math.round(value * 100) / 100);
};

const words = (series, unit) => series.map(({name, points}) => `${name} ${last(points)} ${unit}`).join(', ');

function draw(drawing, series, span) {
  const all = series.flatMap(({points}) => points).filter(point => point[1] !== null);
  const top = above(Math.max(0, ...all.map(point => point[1])));
  const end = Math.max(...all.map(point => point[0]), 0) || Date.now();
  const x = time => LEFT + (WIDTH - LEFT - 4) * (1 - (end - time) / span);
  const y = value => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  const marks = [0, 0.5, 1].map(part => [
    s('line.grid', {x1: LEFT, x2: WIDTH - 8, y1: y(part * top), y2: y(part * top)}),
    s('text', {x: LEFT - 6, y: y(part * top) + 4, 'text-anchor': 'end'}, short(part * top)),
  ]);
  const times = [s('text', {x: LEFT, y: HEIGHT - 4}, `${Math.round(span / 60000)} min ago`),
    s('text', {x: WIDTH - 8, y: HEIGHT - 4, 'text-anchor': 'end'}, 'now')];
  const lines = series.map(({points}, at) => {
    const shown = points.filter(point => end - point[0] <= span);
    const newest = shown.at(-1);
    return [s(`path.line${at}`, {d: path(shown, x, y)}),
      newest && newest[1] !== null && s(`circle.line${at}`, {cx: x(newest[0]), cy: y(newest[1]), r: 3})];
  });
  show(drawing, marks, times, lines);
}

function path(points, x, y) {
  let pen = 'M';
  let drawn = '';
  for (const [time, value] of points) {
    if (value === null) { pen = 'M'; continue; }
    drawn += `${pen}${x(time).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = 'L';
  }
  return drawn;
}
