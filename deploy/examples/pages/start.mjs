// All five pages at one address, with a dev node of their own: node deploy/examples/pages/start.mjs
import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {openSite} from './site.mjs';

const at = path => fileURLToPath(new URL(path, import.meta.url));
const JAR = process.env.MILLRACE_JAR ?? at('../../../platform/target/millrace.jar');
const FOLDER = '.millrace/examples';
const PORT = 8088;

if (!existsSync(JAR)) {
  throw new Error(`${JAR} is not there: mvn -q -DskipTests package`);
}
const node = spawn('java', ['-jar', JAR, 'dev', '--config', at('dev.conf'), '--data', FOLDER], {stdio: ['ignore', 'pipe', 'inherit']});
node.on('exit', code => process.exit(code ?? 1));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => node.kill());
}

let said = '';
node.stdout.on('data', async part => {
  const before = said;
  said += part;
  const ready = /^ready (\S+)/m;
  if (ready.test(said) && !ready.test(before)) {
    const site = await openSite({url: ready.exec(said)[1], folder: FOLDER, port: PORT});
    console.log(`console   ${/console\s+(\S+)/.exec(said)?.[1]}`);
    site.systems.forEach(name => console.log(`${name.padEnd(10)}${site.url}/${name}/`));
  }
});
