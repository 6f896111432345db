/** The cases that every client and the server run. */
import { readFileSync } from 'node:fs';

export const golden = (name: string): any[] =>
  JSON.parse(readFileSync(new URL(`../../src/test/resources/${name}.json`, import.meta.url), 'utf8'));
