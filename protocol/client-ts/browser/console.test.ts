/**
 * The product's console in a real browser, as a newcomer opens it: works the demo, takes a picture of each page, light and
 * dark, and asks axe-core about it. The pictures are in it-tests/target/console.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumPath } from './pages';
import { Product } from './product';

const PICTURES = resolve('../../it-tests/target/console');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const HOSTILE = '<img src=x onerror="window.owned=1"><script>window.owned=1</script>';

describe.skipIf(!chromiumPath)('the console', () => {
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let console_: string;
  /** What no page may do: fail, say so, or ask another server. */
  let faults: string[];
  let leave: (() => void)[];

  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    product = await Product.start('http://127.0.0.1', '--config', resolve('browser/families.conf'));
    console_ = `http://127.0.0.1:${product.adminPort}/console/`;
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
    await fetch(`${console_}api/demo`, { method: 'POST' });
  });
  afterAll(async () => {
    await browser?.close();
    await product?.close();
  });
  beforeEach(() => {
    faults = [];
    leave = [];
  });
  afterEach(async () => {
    leave.forEach((each) => each());
    await context.close();
    expect(faults).toEqual([]);
  });

  async function begin(scheme: 'light' | 'dark'): Promise<void> {
    context = await browser.newContext({ colorScheme: scheme, viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
    page = await context.newPage();
    page.on('pageerror', (error) => faults.push(`${error}`));
    // A browser says by itself that somebody was refused.
    page.on('console', (message) => message.type() === 'error' && !message.text().includes('401') && faults.push(message.text()));
    page.on('request', (request) => request.url().startsWith(console_) || faults.push(`asked ${request.url()}`));
    page.on('dialog', (dialog) => void dialog.accept());
  }

  /** Opens a page and waits for its heading and that sign of life. */
  async function visit(hash: string, heading: string | RegExp, sign?: string): Promise<void> {
    await page.goto(`${console_}#/${hash}`);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    if (sign) {
      await page.locator(sign).first().waitFor({ state: 'attached', timeout: 30_000 });
    }
  }

  async function picture(name: string): Promise<void> {
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
    await page.evaluate(AXE); // by the debugger's way in: the page's own policy would refuse it
    const { violations } = await page.evaluate(() => (window as any).axe.run(document));
    const told = violations.map((each: any) => `${name}: ${each.id}: ${each.help}: ${each.nodes[0].html}`);
    expect(told).toEqual([]);
  }

  async function publish(channel: string, type: string, data: unknown): Promise<void> {
    const answer = await fetch(`${console_}api/v1/channels/${channel}/events`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ type, data }),
    });
    expect(answer.status).toBe(201);
  }

  it('shows a newcomer a live channel, is cut by keyboard, and goes on without a hole', async () => {
    await begin('light');
    await visit('', /Events, in order/, '.events li:nth-child(2)');
    await picture('welcome-light');
    await page.getByRole('button', { name: 'Cut my line for 10 s' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('The line is cut').waitFor();
    await picture('welcome-cut-light');
    await page.getByText('Resumed from').waitFor({ timeout: 30_000 });
    const said = page.locator('.verdict');
    await expect.poll(() => said.innerText(), { timeout: 10_000 }).toMatch(/^Resumed from [\d,]+, ([3-9]|\d\d) replayed, 0 lost$/);
    await page.locator('.events li:not(.past)').first().waitFor();
    await picture('welcome-resumed-light');
  });

  it.each(['light', 'dark'] as const)('has no page that axe-core objects to (%s)', async (scheme) => {
    await begin(scheme);
    await visit('', /Events, in order/, '.events li:nth-child(3)');
    await picture(`welcome-${scheme}`);
    const channel = encodeURIComponent(await page.locator('.stage h2 a').innerText());
    await visit(`tail?channel=${channel},shots:${scheme}`, 'Live tail', '.badge.good');
    await publish(`shots:${scheme}`, 'hostile', { text: HOSTILE });
    await page.locator('.events summary', { hasText: 'onerror' }).first().click();
    await page.locator('.events li:nth-child(3)').waitFor();
    await picture(`tail-${scheme}`);
    expect(await page.evaluate(() => (window as any).owned)).toBeUndefined();
    await visit(`channel?name=${channel}`, 'Channel', 'text=Who writes');
    await page.getByLabel('From').fill('1');
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.locator('ol.events li:nth-child(3)').waitFor();
    await picture(`channel-${scheme}`);
    await visit('connections', 'Connections', 'text=The last that ended');
    await picture(`connections-${scheme}`);
    await visit('cluster', 'Cluster', 'text=all reachable');
    await picture(`cluster-${scheme}`);
    await listening(`channel=${channel}`);
    await visit('figures', 'Figures', '.plots figure:nth-child(2) path.line0[d*="L"]');
    await picture(`figures-${scheme}`);
    await visit('token', 'Token');
    await page.getByLabel('Token').fill(product.token(600, { millrace: { grants: [{ channels: 'orders:*', acts: ['subscribe'] }] } }));
    await page.getByLabel('May it do what').fill('orders:42');
    await page.getByRole('button', { name: 'Decode' }).click();
    await page.getByRole('heading', { name: 'On orders:42' }).waitFor();
    await picture(`token-${scheme}`);
    await visit(`reach?channel=${channel}&offset=1&user=console`, /Why did/);
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.getByText('What is known').waitFor();
    await picture(`reach-${scheme}`);
  });

  /** Somebody who listens, until the test is over. */
  async function listening(query: string): Promise<void> {
    const line = new AbortController();
    const { status } = await product.ask(`events?${query}`, { signal: line.signal });
    expect(status).toBe(200);
    leave.push(() => line.abort());
  }

  it('tails a whole family', async () => {
    await begin('light');
    await visit('tail?channel=jobs:*', 'Live tail', '.badge.good');
    for (const name of ['jobs:render-1', 'jobs:render-2', 'jobs:render-1']) {
      await publish(name, 'job.progress', { job: name, percent: 40 });
    }
    await page.locator('.events li', { hasText: 'jobs:render-2' }).waitFor();
    await page.locator('.events li:nth-child(3)').waitFor();
    expect(await page.locator('.events .channel').allInnerTexts()).toEqual(['jobs:render-1', 'jobs:render-2', 'jobs:render-1']);
    await picture('tail-family-light');
  });

  it('shows who is on a channel', async () => {
    await begin('light');
    await publish('room:7', 'said', { text: 'hello' });
    await listening('channel=room:7');
    await visit('channel?name=room:7', 'Channel', 'text=Who writes');
    await page.locator('main').getByText('browser', { exact: false }).first().waitFor();
    await picture('channel-presence-light');
  });

  it.each(['light', 'dark'] as const)('says that a filter left an event out (%s)', async (scheme) => {
    await begin(scheme);
    await listening(`channel=why:${scheme}&types=b`);
    await publish(`why:${scheme}`, 'a', { n: 1 });
    await publish(`why:${scheme}`, 'b', { n: 2 });
    const ask = async (offset: number, answer: string): Promise<void> => {
      await visit(`reach?channel=why:${scheme}&offset=${offset}&user=browser`, /Why did/);
      await page.getByRole('button', { name: 'Ask' }).click();
      await page.locator('.steps').getByText(answer).waitFor();
    };
    await ask(2, 'its filter lets it through: types b');
    await ask(1, 'its filter leaves this event out: types b');
    await picture(`reach-filter-${scheme}`);
  });

  it('in production asks for an administrator’s token, and forgets it', async () => {
    const node = await product.production();
    try {
      const grants = (act: string): object => ({ millrace: { grants: [{ channels: '*', acts: [act] }] } });
      console_ = `http://127.0.0.1:${node.adminPort}/console/`;
      await begin('dark');
      const signIn = async (token: string): Promise<void> => {
        await page.getByLabel('Token').fill(token);
        await page.getByRole('button', { name: 'Sign in' }).press('Enter');
      };
      await visit('connections', 'Sign in');
      await picture('sign-in-dark');
      await page.emulateMedia({ colorScheme: 'light' });
      await signIn(product.token(600, grants('subscribe')));
      await page.getByText('no admin').waitFor();
      await picture('sign-in-refused-light');
      await signIn(product.token(600, { sub: 'olga', ...grants('admin') }));
      await page.getByRole('heading', { level: 1, name: 'Connections' }).waitFor();
      await page.reload();
      await page.getByText('olga').waitFor();
      await visit('cluster', 'Cluster', 'text=all reachable');
      await picture('cluster-two-light');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual([]);
    } finally {
      console_ = `http://127.0.0.1:${product.adminPort}/console/`;
      await node.close();
    }
  });

  it('disconnects somebody, and says why the line ended', async () => {
    await begin('light');
    const other = new AbortController();
    const line = await fetch(`${product.url}/v1/channels/shots:other/events`, {
      headers: { Authorization: `Bearer ${product.token(600)}` },
      signal: other.signal,
    });
    await visit('connections?user=browser', 'Connections', 'text=shots:other');
    await page.getByRole('button', { name: /^Disconnect browser/ }).click();
    expect(await line.text()).toContain('session-ended');
    await page.locator('td', { hasText: 'session-ended' }).first().waitFor();
    await picture('connections-ended-light');
    other.abort();
  });

  it('is used on a narrow screen', async () => {
    await begin('light');
    await page.setViewportSize({ width: 390, height: 844 });
    await visit('', /Events, in order/, '.events li:nth-child(2)');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await picture('welcome-narrow');
  });
});
