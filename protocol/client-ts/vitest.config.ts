import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const report = process.env.VITEST_REPORT;
const src = (path: string): string => fileURLToPath(new URL('./src/' + path, import.meta.url));
const old = (name: string): string =>
  fileURLToPath(new URL('./test/react-18/node_modules/' + name, import.meta.url));
// Its CommonJS files would take the other React.
const library = fileURLToPath(
  new URL('./node_modules/@testing-library/react/dist/@testing-library/react.esm.js', import.meta.url),
);
const alias = {
  '@millrace/client/react': src('react/index.ts'),
  '@millrace/client/query': src('query/index.ts'),
  '@millrace/client/stream': src('stream.ts'),
  '@millrace/client/codes': src('generated/codes.ts'),
  '@millrace/client': src('index.ts'),
};

export default defineConfig({
  test: {
    reporters: report ? ['default', ['junit', { outputFile: report }]] : ['default'],
    projects: [
      { resolve: { alias }, test: { name: 'rules', testTimeout: 60_000, include: ['test/*.test.ts'], environment: 'node', setupFiles: ['test/setup.ts'] } },
      { resolve: { alias }, test: { name: 'react 19', testTimeout: 60_000, include: ['test/react/*.test.tsx'], environment: 'jsdom' } },
      {
        resolve: { alias: { ...alias, react: old('react'), 'react-dom': old('react-dom'), '@testing-library/react': library } },
        test: {
          name: 'react 18',
          testTimeout: 60_000,
          include: ['test/react/*.test.tsx'],
          environment: 'jsdom',
          server: { deps: { inline: [/@testing-library/, /@tanstack/] } },
        },
      },
    ],
  },
});
