// The audit queue: by keyboard only, and by plain forms without script, on a phone of 360 px and at a desk of 1280 px; a screenshot pasted.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BASE, launch } from './support.mjs';

const PASSWORD = process.env.PASSWORD;
if (!BASE || !PASSWORD) throw new Error('BASE and PASSWORD are not set: run `tests/run browser`');

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

async function officer(width, javaScriptEnabled, account = 'supervisor') {
  const context = await browser.newContext({ viewport: { width, height: 800 }, locale: 'zh-CN', javaScriptEnabled });
  const page = await context.newPage();
  await page.goto(`${BASE}/login?next=/work`);
  await page.fill('[name=account]', account);
  await page.fill('[name=password]', PASSWORD);
  await Promise.all([page.waitForURL(/\/work/), page.click('form[action^="/login"] button')]);
  return page;
}

const ids = (page) => page.$$eval('#queue tbody tr', (rows) => rows.map((row) => row.id));
const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
/** A key that leads to another page. */
const press = (page, key) => Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);

for (const width of [360, 1280]) {
  describe(`the audit queue at ${width} px`, () => {
    test('by keyboard: up and down, clear, undo, ask for papers, evidence', async () => {
      const page = await officer(width, true);
      await page.goto(`${BASE}/work/audits`);
      assert.ok(await sideways(page) <= 0, 'it scrolls sideways');
      const all = await ids(page);
      assert.ok(all.length >= 3, `only ${all.length} listings wait in the demo`);
      const chosen = () => page.$eval('tr[aria-selected=true]', (row) => row.id);
      assert.equal(await chosen(), all[0]);
      await page.keyboard.press('j');
      await page.keyboard.press('s');
      assert.equal(await chosen(), all[2]);
      await page.keyboard.press('k');
      assert.equal(await chosen(), all[1]);
      await press(page, 'a');
      assert.match(await page.textContent('[role=status]'), /核验决定已记录/);
      assert.ok(!(await ids(page)).includes(all[1]), 'what was decided is gone');
      assert.equal(await chosen(), all[2], 'the next one is chosen');
      await press(page, 'u');
      assert.match(await page.textContent('[role=status]'), /已撤销/);
      assert.deepEqual(await ids(page), all, 'undone: it waits again');
      await press(page, 'r');
      assert.ok(!(await ids(page)).includes(all[0]));
      await press(page, 'u');
      assert.deepEqual(await ids(page), all);
      await press(page, 'e');
      assert.match(page.url(), /\/work\/evidence\/new\?listing=lis_/);
      // A pasted screenshot goes into the file field.
      await page.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array([137, 80, 78, 71])], 'shot.png', { type: 'image/png' }));
        document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
      });
      assert.equal(await page.$eval('input[type=file]', (field) => field.files.length), 1);
      assert.ok(await sideways(page) <= 0, 'the form of evidence scrolls sideways');
      await page.context().close();
    });

    test('typing in a field is not a command', async () => {
      const page = await officer(width, true);
      await page.goto(`${BASE}/work/audits`);
      const all = await ids(page);
      await page.click('#decide-said');
      await page.keyboard.type('ajr');
      assert.equal(await page.inputValue('#decide-said'), 'ajr');
      assert.deepEqual(await ids(page), all);
      await page.context().close();
    });

    test('without script: tick, decide, undo', async () => {
      const page = await officer(width, false);
      await page.goto(`${BASE}/work/audits`);
      const all = await ids(page);
      const box = page.locator(`input[name="l.${all[0]}"]`);
      const label = await page.locator(`tr[id="${all[0]}"] label.choice`).boundingBox();
      assert.ok(label.height >= 44 && label.x + label.width <= width, JSON.stringify(label));
      await box.check();
      await page.click('button[value=cleared]');
      assert.match(await page.textContent('[role=status]'), /核验决定已记录/);
      await page.click('#undo button');
      assert.match(await page.textContent('[role=status]'), /已撤销/);
      assert.deepEqual(await ids(page), all);
      await page.context().close();
    });
  });
}
