// What a page loads at first: files that are loaded when they are needed stand apart.
const firstOnly = (config) => ({
  ...config,
  plugins: [
    ...(config.plugins ?? []),
    {
      name: 'loaded-later',
      setup(build) {
        build.onResolve({ filter: /./ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined));
      },
    },
  ],
});
const own = ['@millrace/client', '@millrace/client/stream'];

export default [
  { name: 'core', path: 'dist/index.js', limit: '8 kB', modifyEsbuildConfig: firstOnly },
  { name: 'core with all that may be loaded later', path: 'dist/index.js', limit: '13 kB' },
  { name: 'react', path: 'dist/react.js', limit: '3 kB', ignore: ['react', ...own] },
  { name: 'query', path: 'dist/query.js', limit: '1 kB', ignore: ['react', '@tanstack/react-query', '@millrace/client/react', ...own] },
  { name: 'stream', path: 'dist/stream.js', limit: '2 kB' },
];
