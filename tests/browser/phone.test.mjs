// A batch on a phone of 360 px: one question a screen, with and without script, back and forth, tapped twice, with a photo too large.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BASE, launch } from './support.mjs';

const PASSWORD = process.env.PASSWORD;
if (!BASE || !PASSWORD) throw new Error('BASE and PASSWORD are not set: run `tests/run browser`');

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

/** The producer on a phone, signed in. */
async function producer(javaScriptEnabled) {
  const context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'zh-CN', javaScriptEnabled });
  const page = await context.newPage();
  await page.goto(`${BASE}/login?next=/work`);
  await page.fill('[name=account]', 'producer');
  await page.fill('[name=password]', PASSWORD);
  await page.click('form button.go, form button');
  await page.waitForURL(/\/work/);
  return page;
}

/** A delivery over the scale, so that there is something to make a batch of. */
async function weigh(page, who, kilograms) {
  await page.goto(`${BASE}/work/deliveries/scale`);
  await page.fill('#who', who);
  await page.fill('#weight', String(kilograms));
  await page.click('button:has-text("接着过秤")');
  // Twice or half of what this household delivered last is asked about once.
  if (await page.locator('#sure').count()) {
    await page.check('#sure');
    await page.click('button:has-text("接着过秤")');
  }
  assert.match(await page.textContent('[role=status]'), /已记下/);
}

const next = (page) => page.click('button:has-text("下一步")');

/** Nothing sticks out at the side, and the button that leads on can be reached. */
async function fits(page, button) {
  if (page.scripted) assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 360), `${page.url()} scrolls sideways`);
  const box = await page.locator(`button:has-text("${button}")`).boundingBox();
  assert.ok(box.height >= 44 && box.x >= 0 && box.x + box.width <= 360, `${button}: ${JSON.stringify(box)}`);
}

for (const [script, who, lot] of [[false, '1', 'B-360-1'], [true, '2', 'B-360-2']]) {
  describe(`a batch on a phone ${script ? 'with' : 'without'} script`, () => {
    test('is registered screen by screen; back keeps everything; two taps make one', async () => {
      const page = await producer(script);
      page.scripted = script;
      await weigh(page, who, 1000);
      await page.goto(`${BASE}/work/batches/steps`);
      await page.click('button:has-text("登记新批次")');
      await fits(page, '下一步');
      await page.locator('#choices input[type=checkbox]').last().check();
      await next(page);
      assert.match(page.url(), /\/days$/);
      await page.fill('#harvested_from', '2026-10-10');
      await page.fill('#harvested_to', '');
      await next(page);
      assert.match(page.url(), /\/weight$/);
      await fits(page, '下一步');
      await page.fill('#weight', '2,000');
      await page.selectOption('#unit', 'jin');
      if (script) assert.equal(await page.textContent('#weight-echo'), '1,000 kg = 2,000 斤 = 1 t');
      await next(page);
      if (await page.locator('#sure').count()) {
        assert.match(await page.textContent('.errors'), /上一批/);
        await page.check('#sure');
        await next(page);
      }
      assert.match(page.url(), /\/lot$/);
      await page.goBack();
      await page.goto(page.url().replace(/\/[a-z]+$/, '/weight'));
      assert.equal(await page.inputValue('#weight'), '2,000');
      assert.equal(await page.inputValue('#unit'), 'jin');
      await page.goto(page.url().replace(/\/weight$/, '/lot'));
      await page.fill('#lot', lot);
      await next(page);
      // 11 MB are too much; what was filled in before is still there.
      const large = { name: '太大.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(11 * 1024 * 1024) };
      await page.setInputFiles('#photo', large);
      await next(page);
      assert.match(await page.textContent('.errors'), /太大\.jpg.*10/s);
      await page.goto(page.url().replace(/\/papers$/, '/review'));
      const review = await page.textContent('main');
      for (const words of [lot, '1,000 kg = 2,000 斤 = 1 t', '演示种植户']) assert.ok(review.includes(words), `${words} is gone`);
      await fits(page, '核对无误，登记');
      const draft = page.url();
      await page.locator('button:has-text("核对无误，登记")').dblclick();
      await page.waitForURL(/\/receipt/);
      assert.ok((await page.textContent('main')).includes(lot));
      await page.goto(draft);
      assert.match(page.url(), /\/receipt/, 'the draft leads to its batch');
      await page.goto(`${BASE}/work/batches`);
      assert.equal(await page.locator(`a:has-text("${lot}")`).count(), 1, 'two taps made one batch');
      await page.context().close();
    });
  });
}

for (const script of [false, true]) {
  test(`the menu opens ${script ? 'with' : 'without'} script and names the place`, async () => {
    const page = await producer(script);
    await page.goto(`${BASE}/work/batches`);
    const summary = page.locator('.menu > summary');
    assert.match(await summary.innerText(), /菜单[\s\S]*批次/);
    const orders = page.locator('.places a[href="/work/orders"]');
    assert.equal(await orders.isVisible(), false, 'closed before it is asked for');
    assert.ok((await summary.boundingBox()).height >= 44);
    await summary.click();
    assert.ok((await orders.boundingBox()).height >= 44);
    assert.match(await page.locator('.places').innerText(), /生产与流通/, 'groups have their headings');
    await orders.click();
    await page.waitForURL(/\/work\/orders$/);
    await page.context().close();
  });
}
