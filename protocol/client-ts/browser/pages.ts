/** Pages in headless Chromium, with the built client in them. */
import { createServer, type Server } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const PLACES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const chromiumPath = PLACES.find((place) => place && existsSync(place));

if (!chromiumPath) {
  console.warn('SKIPPED: no Chromium in ' + PLACES.slice(1).join(', ') + '. Install it, or say where it is by CHROMIUM.');
}

const DIST = new URL('../dist/', import.meta.url).pathname;
const PAGE = `<!doctype html><meta charset="utf-8"><title>client</title><body>
<script type="module">
import { createClient } from '/dist/index.js';
window.createClient = createClient;
window.heard = [];
window.statuses = [];
/** Follows channels, and writes down what it hears as "channel:offset". */
window.start = (options, channels, subscription = {}) => {
  const client = (window.client = createClient({ reconnect: { base: 100, cap: 1000 }, getToken: () => window.mint(), ...options }));
  client.onStatus((detail) => window.statuses.push(detail));
  channels.forEach((channel) => client.subscribe(channel, {
    ...subscription,
    onEvent: (data, event) => { window.heard.push(event.channel + ':' + event.offset); window.note?.(event.channel + ':' + event.offset); },
    onComplete: (data) => window.heard.push('complete ' + JSON.stringify(data)),
    onReset: (reset) => { window.heard.push('reset ' + reset.reason); window.note?.('reset ' + reset.reason); },
  }));
};
window.ready = true;
</script>`;

export class Pages {
  private constructor(
    private readonly server: Server,
    readonly origin: string,
    private browser?: Browser,
  ) {}

  static async start(): Promise<Pages> {
    const server = createServer((request, response) => {
      const path = request.url!.split('?')[0]!;
      const file = path.startsWith('/dist/') && !path.includes('..') ? join(DIST, path.slice(6)) : undefined;
      if (path === '/') {
        response.writeHead(200, { 'Content-Type': 'text/html' }).end(PAGE);
      } else if (file && existsSync(file)) {
        response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(readFileSync(file));
      } else {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-dev-shm-usage'],
    });
    return new Pages(server, origin, browser);
  }

  /** A browser of its own: other storage, other tabs. */
  context(): Promise<BrowserContext> {
    return this.browser!.newContext();
  }

  async close(): Promise<void> {
    await this.browser?.close();
    await new Promise((done) => this.server.close(done));
  }

  async open(context: BrowserContext, mint: () => string): Promise<Page> {
    const page = await context.newPage();
    page.on('pageerror', (error) => console.error('in the page:', error));
    await page.exposeFunction('mint', mint);
    await page.goto(this.origin + '/');
    await page.waitForFunction('window.ready');
    return page;
  }
}

export const heard = (page: Page): Promise<string[]> => page.evaluate('window.heard') as Promise<string[]>;

/**
 * The server has said where each of these begins, and the page has kept it. To be `connected` is not enough for one who
 * publishes next: over a WebSocket channels are asked for after it, and begin where they are when that arrives.
 */
export const placed = async (page: Page, ...channels: string[]): Promise<void> => {
  await page.waitForFunction(
    (names) => names.every((name) => Object.values(sessionStorage).some((kept) => kept.includes(JSON.stringify(name)))),
    channels,
  );
};

export const statuses = (page: Page): Promise<any[]> => page.evaluate('window.statuses.map((s) => ({ ...s, error: s.error && s.error.code }))') as Promise<any[]>;

/** `channel:1` to `channel:n`. */
export const upTo = (channel: string, n: number, from = 1): string[] =>
  Array.from({ length: n - from + 1 }, (_, i) => `${channel}:${from + i}`);
