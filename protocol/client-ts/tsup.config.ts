import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    stream: 'src/stream.ts',
    codes: 'src/generated/codes.ts',
    react: 'src/react/index.ts',
    query: 'src/query/index.ts',
  },
  format: ['esm', 'cjs'],
  target: 'es2020',
  platform: 'neutral',
  dts: true,
  clean: true,
  splitting: true,
  minify: true,
  external: ['@millrace/client', '@millrace/client/stream', '@millrace/client/react', 'react', '@tanstack/react-query'],
});
