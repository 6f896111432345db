// Opens every page of the console in Chromium, light and dark, as a newcomer and by keyboard: works the demo, takes a
// picture of each page, and asks axe-core about it. Called by ConsoleTest with the address of a running dev node.

import {mkdir, readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {chromium} from 'playwright-core';

const [admin, pictures] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const axe = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
const problems = [];
const HOSTILE = '<img src=x onerror="window.owned=1"><script>window.owned=1</script>';

await mkdir(pictures, {recursive: true});
const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox']});
try {
  for (const scheme of ['light', 'dark']) await look(scheme);
} finally {
  await browser.close();
}
if (problems.length) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log('console: every page was opened, pictured and checked');

async function look(scheme) {
  const context = await browser.newContext({colorScheme: scheme, viewport: {width: 1280, height: 900}, bypassCSP: false});
  const page = await context.newPage();
  page.on('pageerror', error => problems.push(`${scheme}: ${error}`));
  page.on('console', message => message.type() === 'error' && problems.push(`${scheme}: ${message.text()}`));
  page.on('request', request => {
    if (!request.url().startsWith(`${admin}/console/`)) problems.push(`asked elsewhere: ${request.url()}`);
  });

  await page.goto(`${admin}/console/`);
  await page.getByText('Live', {exact: true}).waitFor();
  await page.locator('.events li').nth(2).waitFor();
  await picture(page, scheme, 'welcome');
  const channel = await page.locator('.stage h2 a').innerText();
  if (scheme === 'light') await cutTheLine(page);

  await page.goto(`${admin}/console/#/tail?channel=${encodeURIComponent(`${channel},shots:${scheme}`)}`);
  await page.locator('.badge.good').waitFor();
  await publish(page, `shots:${scheme}`, HOSTILE);
  await page.locator('.events li summary', {hasText: 'onerror'}).first().click();
  await page.locator('.events li').nth(2).waitFor();
  await picture(page, scheme, 'tail');
  if (await page.evaluate(() => window.owned)) problems.push('an event ran as a script');

  await visit(page, scheme, 'channel', `channel?name=${encodeURIComponent(channel)}`, 'text=Who writes');
  await replay(page, scheme);
  await visit(page, scheme, 'connections', 'connections', 'text=The last that ended');
  await visit(page, scheme, 'cluster', 'cluster', 'text=all reachable');
  await page.goto(`${admin}/console/#/figures`);
  await page.locator('.plot path[d*="L"]').nth(3).waitFor({timeout: 30000});
  await picture(page, scheme, 'figures');
  await token(page, scheme);
  await why(page, scheme, channel);
  await context.close();
}

async function visit(page, scheme, name, hash, sign) {
  await page.goto(`${admin}/console/#/${hash}`);
  await page.locator(sign).first().waitFor();
  await picture(page, scheme, name);
}

async function cutTheLine(page) {
  await page.getByRole('button', {name: 'Cut my line for 10 s'}).focus();
  await page.keyboard.press('Enter');
  await page.getByText('The line is cut').waitFor();
  await picture(page, 'light', 'welcome-cut');
  await page.getByText('Resumed from').waitFor({timeout: 20000});
  await page.waitForFunction(() => Number(document.querySelector('.verdict b:nth-of-type(2)').textContent) > 3);
  const said = await page.locator('.verdict').innerText();
  if (!/^Resumed from [\d,]+, \d+ replayed, 0 lost$/.test(said)) problems.push(`said: ${said}`);
  await picture(page, 'light', 'welcome-resumed');
  console.log(`console: ${said}`);
}

async function publish(page, channel, text) {
  const status = await page.evaluate(async ([to, data]) => (await fetch(`api/v1/channels/${to}/events`, {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({type: 'hostile', data}),
  })).status, [channel, {text}]);
  if (status !== 201) problems.push(`publishing was answered ${status}`);
}

async function replay(page, scheme) {
  await page.getByLabel('From').fill('1');
  await page.getByRole('button', {name: 'Replay'}).click();
  await page.locator('ol.events li').nth(2).waitFor();
  await picture(page, scheme, 'channel-replay');
}

async function token(page, scheme) {
  await page.goto(`${admin}/console/#/token`);
  await page.getByLabel('Token').fill(process.env.TOKEN);
  await page.getByLabel('May it do what').fill('orders:42');
  await page.getByRole('button', {name: 'Decode'}).click();
  await page.getByText('On orders:42').waitFor();
  await picture(page, scheme, 'token');
}

async function why(page, scheme, channel) {
  await page.goto(`${admin}/console/#/reach?channel=${encodeURIComponent(channel)}&offset=1&user=console`);
  await page.getByRole('button', {name: 'Ask'}).click();
  await page.getByText('What is known').waitFor();
  await picture(page, scheme, 'reach');
}

async function picture(page, scheme, name) {
  await page.screenshot({path: `${pictures}/${name}-${scheme}.png`, fullPage: name !== 'connections'});
  await page.evaluate(axe); // by the debugger's way in: the page's own policy would refuse it
  const {violations} = await page.evaluate(() => window.axe.run(document, {resultTypes: ['violations']}));
  for (const each of violations) {
    problems.push(`${name} ${scheme}: axe ${each.id} (${each.impact}): ${each.help}: ${each.nodes.slice(0, 3).map(node => node.html).join(' | ')}`);
  }
}
