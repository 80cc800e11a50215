// Every signed-in page a person can reach by links, as each of the demo's accounts: nothing axe finds, no sideways scroll at 360 and 1280 px,
// targets a thumb can hit, no word left untranslated; and with script off the same pages answer.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import AxeBuilder from '@axe-core/playwright';
import { BASE, launch, requireDemo } from './support.mjs';

requireDemo();
const PASSWORD = process.env.PASSWORD;
const WHO = ['producer', 'grower', 'office', 'supervisor', 'seller', 'holder', 'printer', 'admin', 'auditor'];
/** Pages of one kind are looked at once: ids are cut out of their address. */
const kind = (path) => path.replace(/\?.*$/, '').replace(/\/[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}/g, '/{id}');
/** What isn't a page to be read: files, and what ends the sitting. */
const SKIP = /\.(csv|xlsx|pdf|zip|txt|json|zpl|svg|png)(\?|$)|\/logout|\/export/;
const MOST = 400;
/** How many accounts a kind of page is looked at by axe as; every account looks at every page's width, targets and words. */
const BY_AXE = 2;
const axed = new Map();

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

async function signedIn(account, options) {
  const context = await browser.newContext({ locale: 'zh-CN', ...options });
  const page = await context.newPage();
  await page.goto(`${BASE}/login`);
  await page.fill('[name=account]', account);
  await page.fill('[name=password]', PASSWORD);
  await Promise.all([page.waitForURL(/\/work/), page.click('form[action^="/login"] button')]);
  return { context, page };
}

/** Addresses of ours on a page, by kind. */
const links = (page) => page.$$eval('a[href^="/work"]', (all) => all.map((a) => a.getAttribute('href')));

const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const small = (page) => page.$$eval('main a.btn, main button, main summary, main select, main input:not([type=hidden]):not([type=checkbox]):not([type=radio])', (all) => all
  .filter((e) => e.checkVisibility()).map((e) => [e.outerHTML.slice(0, 90), e.getBoundingClientRect().height]).filter(([, h]) => h < 43.5));

// Two at a time: while one page is drawn the other is answered.
describe('the pages of every account', { concurrency: 2 }, () => {
for (const account of WHO) {
  test(`${account}: every page within reach`, { timeout: 900_000 }, async () => {
    assert.ok(PASSWORD, 'PASSWORD is not set: run `tests/run browser`');
    const { context, page } = await signedIn(account, { viewport: { width: 360, height: 740 } });
    const seen = new Set(), queue = ['/work'];
    const faults = [];
    while (queue.length && seen.size < MOST) {
      const path = queue.shift();
      if (seen.has(kind(path))) continue;
      seen.add(kind(path));
      // A link to something that is handed out as a file is no page.
      const answer = await page.goto(`${BASE}${path}`).catch((error) => {
        if (!/Download is starting/.test(error.message)) throw error;
      });
      if (!answer) continue;
      if (answer.status() !== 200) { faults.push(`${path}: ${answer.status()}`); continue; }
      if (!(answer.headers()['content-type'] ?? '').startsWith('text/html')) continue;
      for (const href of await links(page)) if (!SKIP.test(href) && !seen.has(kind(href))) queue.push(href);
      await page.$$eval('details', (all) => all.forEach((d) => { d.open = true; }));
      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 740 });
        const over = await sideways(page);
        if (over > 0) faults.push(`${path} at ${width}: ${over} px too wide`);
        const low = await small(page);
        if (low.length) faults.push(`${path} at ${width}: low targets ${JSON.stringify(low.slice(0, 3))}`);
      }
      const keys = (await page.innerText('body')).match(/\b(work|refusal|staff|signin|phone|sheets|printing)\.[a-z_.]{4,}/g);
      if (keys) faults.push(`${path}: untranslated ${[...new Set(keys)].slice(0, 5).join(' ')}`);
      if ((axed.get(kind(path)) ?? 0) >= BY_AXE) continue;
      axed.set(kind(path), (axed.get(kind(path)) ?? 0) + 1);
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
      for (const v of violations) faults.push(`${path}: ${v.id} ${v.nodes[0].html.slice(0, 140)}`);
    }
    await context.close();
    assert.deepEqual(faults, []);
    assert.ok(seen.size >= 3, `only ${seen.size} pages were reached`);
    // Without script the same pages answer, and the way there is the same form.
    const plain = await signedIn(account, { javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
    assert.equal((await plain.page.goto(`${BASE}/work`)).status(), 200);
    await plain.context.close();
  });
}
});
