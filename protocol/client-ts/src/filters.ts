/** Which events a subscriber wants: as the server is asked, and, where several share a stream, decided here. */
import type { Filters, MillraceEvent } from './types';

const entries = Object.entries;

/** As query parameters. */
export function filterQuery(filters: Filters | undefined): [string, string][] {
  const { types, sources, minAmount, ...fields } = filters ?? {};
  const query: [string, string][] = [];
  types && query.push(['types', types.join()]);
  sources && query.push(['sources', sources.join()]);
  minAmount !== undefined && query.push(['minAmount', '' + minAmount]);
  for (const [rule, values] of entries(fields)) {
    for (const [field, value] of entries(values)) {
      query.push([`${rule === 'equals' ? 'eq' : rule}.${field}`, '' + value]);
    }
  }
  return query;
}

function matches(pattern: string, text: string | undefined): boolean {
  return pattern.endsWith('*') ? !!text?.startsWith(pattern.slice(0, -1)) : pattern === text;
}

/** A dotted path leads through objects only; a name with a dot in it can't be reached. */
const fieldOf = (data: any, path: string): any =>
  path.split('.').reduce((value, name) => (value && !Array.isArray(value) && Object.keys(value).includes(name) ? value[name] : undefined), data);

export function passes(filters: Filters | undefined, event: MillraceEvent): boolean {
  if (!filters) {
    return true;
  }
  const { types, sources, minAmount, min, max, equals, prefix } = filters;
  const all = <T>(rules: Record<string, T> | undefined, holds: (value: any, rule: T) => boolean): boolean =>
    entries(rules ?? {}).every(([path, rule]) => holds(fieldOf(event.data, path), rule));
  const atLeast = (value: any, least: number): boolean => typeof value === 'number' && value >= least;
  return (
    (!types || types.some((type) => matches(type, event.type))) &&
    (!sources || sources.includes(event.source!)) &&
    (minAmount === undefined || atLeast(event.data?.amount, minAmount)) &&
    all(min, atLeast) &&
    all(max, (value, most) => typeof value === 'number' && value <= most) &&
    all(equals, (value, wanted) => value === wanted) &&
    all(prefix, (value, start) => typeof value === 'string' && value.startsWith(start))
  );
}
