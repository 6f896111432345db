import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

it('the examples of the README compile', { timeout: 60_000 }, () => {
  const blocks = [...readFileSync(root + 'README.md', 'utf8').matchAll(/```(tsx?)\n([\s\S]*?)```/g)];
  const files = new Map(blocks.map(([, kind, code], i) => [`${root}test/readme-${i}.${kind}`, code!]));
  const { config } = ts.readConfigFile(root + 'tsconfig.json', (path) => readFileSync(path, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  const getSourceFile = host.getSourceFile;
  host.getSourceFile = (path, target, ...rest) => {
    const code = files.get(path);
    return code === undefined ? getSourceFile(path, target, ...rest) : ts.createSourceFile(path, code, target);
  };
  const program = ts.createProgram([...files.keys()], { ...options, noEmit: true }, host);
  const wrong = ts.getPreEmitDiagnostics(program).map((each) => ts.flattenDiagnosticMessageText(each.messageText, '\n'));
  expect(files.size).toBeGreaterThan(4);
  expect(wrong).toEqual([]);
});
