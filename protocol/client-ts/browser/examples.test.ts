/**
 * The pages of deploy/examples in a real browser, with their services, against the shipped jar: what people see. A picture of
 * each, light and dark, is in it-tests/target/examples.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumPath } from './pages';
import { Product } from './product';
import { CutProxy } from './proxy';
// @ts-expect-error plain JavaScript
import { openSite } from '../../../deploy/examples/pages/site.mjs';
// @ts-expect-error plain JavaScript
import { MODELS } from '../../../deploy/examples/gateway/publish.mjs';

const EXAMPLES = resolve('../../deploy/examples');
const PICTURES = resolve('../../it-tests/target/examples');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Of what people like to watch. */
const PACE = 0.15;

describe.skipIf(!chromiumPath)('the example pages', () => {
  let product: Product;
  let proxy: CutProxy;
  let site: { url: string; systems: string[]; close(): Promise<void> };
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    product = await Product.start('http://127.0.0.1', '--config', `${EXAMPLES}/pages/dev.conf`);
    proxy = await CutProxy.start(product.port);
    site = await openSite({ url: proxy.url, folder: product.data, pace: PACE });
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await proxy?.close();
    await product?.close();
  });
  beforeEach(async () => {
    faults = [];
    context = await browser.newContext({ colorScheme: 'light', viewport: { width: 1120, height: 800 }, reducedMotion: 'reduce' });
    page = await context.newPage();
    page.on('pageerror', (error) => faults.push(`${error}`));
    page.on('request', (request) => request.url().startsWith(site.url) || faults.push(`asked ${request.url()}`));
  });
  afterEach(async () => {
    await context.close();
    expect(faults).toEqual([]);
  });

  async function picture(name: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${PICTURES}/${name}-${colorScheme}.png`, fullPage: true, clip: { x: 0, y: 0, width: 1120, height: 1120 } });
      await page.evaluate(AXE); // by the debugger's way in: the page's own policy would refuse it
      const { violations } = await page.evaluate(() => (window as any).axe.run(document));
      expect(violations.map((each: any) => `${name}: ${each.id}: ${each.help}: ${each.nodes[0].html}`)).toEqual([]);
    }
  }

  const visit = (name: string): Promise<unknown> => page.goto(`${site.url}/${name}/`);
  const badge = (state: string): Promise<void> => page.locator('.badge', { hasText: `Realtime: ${state}` }).waitFor({ timeout: 60_000 });

  /** Nobody reaches Millrace meanwhile, pages and services alike. */
  async function cutOff(meanwhile: () => Promise<void>): Promise<void> {
    proxy.refusing = true;
    proxy.cut();
    await meanwhile();
    proxy.refusing = false;
  }

  it('the list of them leads to each', async () => {
    await page.goto(site.url);
    expect(await page.locator('.pages a').evaluateAll((all) => all.map((each) => each.getAttribute('href')))).toEqual(
      site.systems.map((name) => `/${name}/`),
    );
    await picture('all');
  });

  it('copilot: a job comes to 100 %, over a cut line and a reload, and to its result', async () => {
    await visit('copilot');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Plan my shift' }).focus();
    await page.keyboard.press('Enter');
    const percent = page.locator('#percent');
    const atLeast = (least: number): Promise<void> => expect.poll(async () => parseInt(await percent.innerText()), { timeout: 30_000, interval: 20 }).toBeGreaterThanOrEqual(least);
    await atLeast(30);
    await cutOff(() => picture('copilot-running'));
    await atLeast(60);
    await page.reload();
    await page.getByText('Stay north until nine').waitFor({ timeout: 30_000 });
    expect(await percent.innerText()).toBe('100 %');
    expect(await page.getByRole('progressbar').getAttribute('value')).toBe('100');
    expect(await page.locator('.phases .done').count()).toBe(5);
    // Who comes when all is over sees the same.
    await page.reload();
    await page.getByText('Stay north until nine').waitFor();
    expect(await percent.innerText()).toBe('100 %');
    await picture('copilot');
  });

  it('finance: the feed has no hole and nothing twice after a time offline', async () => {
    await visit('finance');
    const places = (): Promise<number[]> => page.locator('#feed li').evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset.offset)));
    await expect.poll(async () => (await places()).length, { timeout: 30_000 }).toBeGreaterThan(8);
    const whole = async (): Promise<number> => {
      const all = await places();
      expect(all).toEqual(Array.from(all, (_, i) => all[0]! - i));
      return all[0]!;
    };
    await context.setOffline(true);
    await page.getByText('Offline.').waitFor();
    const before = await whole();
    const came = async (): Promise<number> => (await (await product.ask('channels/transactions.new:entity:acme/history?limit=1')).json()).head;
    await expect.poll(came, { timeout: 20_000 }).toBeGreaterThan(before + 4);
    await context.setOffline(false);
    await page.getByText('none is missing').waitFor();
    const missed = async (): Promise<number> => Number(/^Back\. (\d+) came/.exec(await page.locator('#note').innerText())![1]);
    await expect.poll(missed).toBeGreaterThan(4);
    await expect.poll(async () => (await page.locator('#feed li.late').count()) - (await missed())).toBe(0);
    await expect.poll(whole).toBeGreaterThan(before + 4 + 2);
    await picture('finance');
    await page.getByLabel('From 100 €').check({ force: true });
    await expect.poll(async () => (await places()).length).toBeGreaterThan(2);
    const amounts = await page.locator('#feed .amount').allInnerTexts();
    expect(amounts.map((text) => parseFloat(text.replace(/[^\d.]/g, ''))).filter((size) => size < 100)).toEqual([]);
  });

  it('stable: a new horse is there at once and confirmed, one that is refused goes again, and others see it', async () => {
    await visit('stable');
    const other = await context.newPage();
    await other.goto(page.url());
    const names = (on: Page): Promise<string[]> => on.locator('.horses h2').allInnerTexts();
    await expect.poll(() => names(page)).toEqual(['Bella', 'Fidelio', 'Hidalgo']);
    await badge('connected');
    const add = async (name: string): Promise<void> => {
      await page.getByLabel('Name').fill(name);
      await page.keyboard.press('Enter');
    };
    await add('Ophelia');
    await page.locator('li.pending', { hasText: 'Ophelia' }).waitFor();
    await page.locator('li.pending').waitFor({ state: 'detached' });
    expect(await names(page)).toEqual(['Bella', 'Fidelio', 'Hidalgo', 'Ophelia']);
    await expect.poll(() => names(other)).toContain('Ophelia');
    await add('bella');
    await page.locator('li.pending', { hasText: 'bella' }).waitFor();
    await page.getByRole('alert').getByText('There is a bella already.').waitFor();
    expect(await names(page)).toEqual(['Bella', 'Fidelio', 'Hidalgo', 'Ophelia']);
    await page.getByRole('button', { name: 'Remove Fidelio' }).click();
    await expect.poll(() => names(other)).toEqual(['Bella', 'Hidalgo', 'Ophelia']);
    expect(await names(page)).toEqual(['Bella', 'Hidalgo', 'Ophelia']);
    await add('Bella');
    await page.getByRole('alert').waitFor();
    await picture('stable');
    await other.close();
  });

  it('workers: a command is carried out, and the badge tells of a node that dies and comes back', async () => {
    await visit('workers');
    await badge('connected');
    const row = page.locator('[data-worker=cml-dublin-1]');
    await row.getByText('stopped').waitFor();
    await row.getByRole('button', { name: 'Start cml-dublin-1' }).click();
    await row.getByText('running').waitFor({ timeout: 30_000 });
    await picture('workers');
    await product.end('SIGKILL');
    await badge('reconnecting');
    await page.getByText('Connection Lost').waitFor();
    await picture('workers-lost');
    await product.run();
    await badge('connected');
    await row.getByRole('button', { name: 'Stop cml-dublin-1' }).click();
    await row.getByText('stopped').waitFor({ timeout: 30_000 });
    expect(await page.getByText('Connection Lost').count()).toBe(0);
  });

  it('gateway: every model’s text is whole, though the line is cut in the middle of a word', async () => {
    await visit('gateway');
    await page.getByRole('button', { name: 'Ask' }).click();
    const heron = page.locator('[data-model=heron] [data-text]');
    await expect.poll(async () => (await heron.innerText()).length, { interval: 20, timeout: 30_000 }).toBeGreaterThan(60);
    await cutOff(async () => {
      await page.locator('[data-state=waiting]').waitFor();
      expect((await heron.innerText()).length).toBeLessThan(MODELS.heron.text.length);
      await picture('gateway-cut');
    });
    await page.locator('[data-state=streaming]').waitFor();
    proxy.cut();
    await page.locator('[data-state=complete]').waitFor({ timeout: 60_000 });
    for (const [model, { text }] of Object.entries<{ text: string }>(MODELS)) {
      expect(await page.locator(`[data-model=${model}] [data-text]`).textContent()).toBe(text);
    }
    await page.locator('[data-model=tundra]').getByText('The model is overloaded').waitFor();
    expect(await page.getByRole('status').innerText()).toMatch(/72 of 100; 3 of 4/);
    await picture('gateway');
  });

  it('they fit a narrow screen', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const name of site.systems) {
      await visit(name);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect([name, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([name, 390]);
    }
    await page.screenshot({ path: `${PICTURES}/narrow.png`, fullPage: true });
  });
});
