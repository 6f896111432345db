import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const src = (path: string): string => fileURLToPath(new URL('./src/' + path, import.meta.url));
const alias = {
  '@millrace/client/react': src('react/index.ts'),
  '@millrace/client/query': src('query/index.ts'),
  '@millrace/client/stream': src('stream.ts'),
  '@millrace/client/codes': src('generated/codes.ts'),
  '@millrace/client': src('index.ts'),
};

export default defineConfig({
  test: {
    projects: [
      { resolve: { alias }, test: { name: 'rules', include: ['test/*.test.ts'], environment: 'node', setupFiles: ['test/setup.ts'] } },
      { resolve: { alias }, test: { name: 'react 19', include: ['test/react/*.test.tsx'], environment: 'jsdom' } },
      {
        resolve: { alias: { ...alias, react: 'react-18', 'react-dom': 'react-dom-18' } },
        test: {
          name: 'react 18',
          include: ['test/react/*.test.tsx'],
          environment: 'jsdom',
          server: { deps: { inline: [/@testing-library/, /@tanstack/, /react-dom-18/] } },
        },
      },
    ],
  },
});
