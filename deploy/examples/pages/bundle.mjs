// The pages' scripts, bundled with the client as it was built in protocol/client-ts.
import {existsSync} from 'node:fs';
import {createRequire} from 'node:module';
import {fileURLToPath} from 'node:url';

const EXAMPLES = new URL('../', import.meta.url);
const CLIENT = new URL('../../../protocol/client-ts/', import.meta.url);
const dist = name => fileURLToPath(new URL(`dist/${name}.js`, CLIENT));

if (!existsSync(dist('index'))) {
  throw new Error('the client is not built: npm ci && npm run build, in protocol/client-ts');
}

/** `@millrace/client` and its subpaths. */
const client = {
  name: 'client',
  setup: build => build.onResolve({filter: /^@millrace\/client/}, ({path}) => ({path: dist(path.split('/')[2] ?? 'index')})),
};

/** @returns the text of every file, by its path: `copilot/page.js`, and what several of them share */
export async function bundle(systems) {
  const {build} = createRequire(CLIENT)('esbuild');
  const {outputFiles} = await build({
    entryPoints: systems.map(({name, script}) => ({in: fileURLToPath(new URL(`${name}/${script}`, EXAMPLES)), out: `${name}/page`})),
    nodePaths: [fileURLToPath(new URL('node_modules', CLIENT))],
    plugins: [client],
    define: {'process.env.NODE_ENV': '"production"'},
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    logLevel: 'error',
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    outdir: '/',
  });
  return new Map(outputFiles.map(({path, text}) => [path, text]));
}

/** For a service in Node.js. */
export const {createClient} = await import(dist('index'));
