// Writes src/generated/codes.ts from the catalogue that the server is held to.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const catalogue = JSON.parse(
  readFileSync(new URL('../../src/test/resources/wire/codes.json', import.meta.url), 'utf8'),
);
const lines = catalogue.map(({ name, number, happened }) => `  /** ${happened} */\n  '${name}': ${number},`);
mkdirSync(new URL('../src/generated/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('../src/generated/codes.ts', import.meta.url),
  `// Made by scripts/codes.mjs from wire/codes.json.

/**
 * Every refusal and ending of the server, with its number. 4000 to 4499: come back after a pause; 4500 to 4999: don't come
 * back unchanged.
 */
export const codes = {
${lines.join('\n')}
} as const;

export type Code = keyof typeof codes;
`,
);
