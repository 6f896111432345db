// The application's own server: its pages, its login, its services, and /v1 passed on to Millrace, so that all is one origin.
import {readFileSync} from 'node:fs';
import {createServer, request} from 'node:http';
import {connect} from 'node:net';
import {bundle, createClient} from './bundle.mjs';
import {login} from './login.mjs';
import {millrace} from './millrace.mjs';

const EXAMPLES = new URL('../', import.meta.url);
const SYSTEMS = [
  {name: 'copilot', script: 'page.ts'},
  {name: 'finance', script: 'page.ts'},
  {name: 'stable', script: 'page.tsx'},
  {name: 'workers', script: 'page.tsx'},
  {name: 'gateway', script: 'page.tsx'},
];
const FILES = {
  '/': ['pages/index.html', 'text/html'],
  '/style.css': ['pages/style.css', 'text/css'],
  '/mark.svg': ['../../platform/src/main/resources/console/mark.svg', 'image/svg+xml'],
  ...Object.fromEntries(SYSTEMS.map(({name}) => [`/${name}/`, [`${name}/index.html`, 'text/html']])),
};
/** A service is one of few and waits for nobody: it comes back soon, whereas a page's pauses grow to 30 s. */
const SOON = {cap: 2000};
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'";

/**
 * @param url where Millrace is
 * @param folder of the dev node, for its secret
 * @param pace 1 is what people like to watch; less is faster
 */
export async function openSite({url, folder, port = 0, pace = 1}) {
  const token = login(folder);
  const scripts = await bundle(SYSTEMS);
  const over = new AbortController();
  const visitors = {};
  const services = {};
  for (const {name} of SYSTEMS) {
    const {visitor, service, start} = await import(new URL(`${name}/publish.mjs`, EXAMPLES));
    const own = () => token(name, service);
    visitors[name] = () => token('ann', visitor);
    services[name] = start({millrace: millrace(url, own), listen: options => createClient({url, getToken: own, reconnect: SOON, ...options}), pace, signal: over.signal});
  }

  const server = createServer((asked, answer) => {
    const path = asked.url.split('?')[0];
    if (path.startsWith('/v1/')) {
      return passOn(url, asked, answer);
    }
    const [, name, act] = path.split('/');
    const serve = services[name]?.[`${asked.method} ${act}`];
    if (serve) {
      return run(serve, path.split('/')[3], asked, answer);
    }
    if (visitors[name] && act === 'token') {
      return send(answer, 200, 'text/plain', visitors[name]());
    }
    const [file, type] = FILES[path] ?? [];
    const text = file ? readFileSync(new URL(file, EXAMPLES)) : scripts.get(path);
    send(answer, text ? 200 : 404, text ? (type ?? 'text/javascript') : 'text/plain', text ?? 'There is nothing here.');
  });
  server.on('upgrade', (asked, socket, head) => passSocketOn(url, asked, socket, head));
  await new Promise(done => server.listen(port, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    systems: SYSTEMS.map(({name}) => name),
    close() {
      over.abort();
      server.closeAllConnections();
      return new Promise(done => server.close(done));
    },
  };
}

function send(answer, status, type, text) {
  answer.writeHead(status, {'Content-Type': `${type}; charset=utf-8`, 'Content-Security-Policy': POLICY, 'Cache-Control': 'no-store'});
  answer.end(text);
}

/** One of a service's acts: what it refuses it throws, with a `status`. */
async function run(serve, id, asked, answer) {
  let body = '';
  for await (const part of asked) {
    body += part;
  }
  try {
    send(answer, 200, 'application/json', JSON.stringify(await serve(body ? JSON.parse(body) : undefined, id)));
  } catch (failure) {
    send(answer, failure.status ?? 500, 'application/json', JSON.stringify({detail: failure.message}));
  }
}

/** As a reverse proxy does; the Host stays, so that Millrace knows the page as its own. */
function passOn(url, asked, answer) {
  const {method, headers} = asked;
  const further = request(new URL(asked.url, url), {method, headers}, told => {
    answer.writeHead(told.statusCode, told.headers);
    told.on('error', () => answer.destroy()).pipe(answer);
  });
  further.on('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()));
  answer.on('close', () => further.destroy());
  asked.pipe(further);
}

function passSocketOn(url, asked, socket, head) {
  const {hostname, port} = new URL(url);
  const further = connect(port, hostname, () => {
    const lines = asked.rawHeaders.map((text, i) => text + (i % 2 ? '\r\n' : ': '));
    further.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${lines.join('')}\r\n`);
    further.write(head);
    socket.pipe(further).pipe(socket);
  });
  const end = () => (socket.destroy(), further.destroy());
  [socket, further].forEach(side => side.on('error', end).on('close', end));
}
