// An inspection on a phone of 360 px, with and without script: what is typed is kept, a refused form loses nothing, the record is printed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BASE, launch } from './support.mjs';

const PASSWORD = process.env.PASSWORD;
if (!BASE || !PASSWORD) throw new Error('BASE and PASSWORD are not set: run `tests/run browser`');

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

/** An officer on a phone, signed in. */
async function officer(javaScriptEnabled, account = 'supervisor') {
  const context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'zh-CN', javaScriptEnabled });
  const page = await context.newPage();
  await page.goto(`${BASE}/login?next=/work`);
  await page.fill('[name=account]', account);
  await page.fill('[name=password]', PASSWORD);
  await page.click('form button.go, form button');
  await page.waitForURL(/\/work/);
  return page;
}

/** An inspection of the demonstration's noodle works, opened by form. */
async function opened(page, reason) {
  await page.goto(`${BASE}/work/inspections`);
  await page.click('summary:has-text("新增检查")');
  await page.selectOption('#open-organisation_id', { label: '演示宫面厂' });
  for (const [field, certificate] of [['first', 'DEMO13010000'], ['second', 'DEMO13010001']]) {
    const value = await page.locator(`#open-${field} option:has-text("${certificate}")`).getAttribute('value');
    await page.selectOption(`#open-${field}`, value);
  }
  await page.fill('#open-reason', reason);
  await page.click('button:has-text("新增检查")');
  await page.waitForURL(/\/work\/inspections\/ins_/);
  return page.url().replace(/\?.*/, '');
}

const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

for (const script of [false, true]) {
  describe(`an inspection on a phone ${script ? 'with' : 'without'} script`, () => {
    test('is kept while it is typed, refused without loss, handed in and printed', async () => {
      const page = await officer(script);
      const path = await opened(page, script ? '专项检查' : '线索核查');
      if (script) {
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 360), 'it scrolls sideways');
        await page.fill('#note', '门口有牌匾');
        await page.waitForFunction(() => document.getElementById('kept').textContent !== '');
      } else {
        await page.fill('#note', '门口有牌匾');
        await page.click('button:has-text("先存着")');
        assert.match(await page.textContent('[role=status]'), /已存好/);
      }
      await page.goto(path);
      assert.equal(await page.inputValue('#note'), '门口有牌匾', 'it is there again');
      for (const button of await page.locator('main button').all()) {
        const box = await button.boundingBox();
        assert.ok(box.height >= 44 && box.x >= 0 && box.x + box.width <= 360, JSON.stringify(box));
      }
      const items = await page.locator('fieldset[id^=item-]').count();
      assert.ok(items >= 10);
      for (let no = 1; no < items; no++) await page.check(`input[name=item-${no}][value=fits]`);
      await page.check('input[name=signature][value=refused]');
      await page.check('input[name=found][value=nothing]');
      await page.setInputFiles('#photos', { name: '现场.png', mimeType: 'image/png', buffer: pixel });
      await page.click('button:has-text("提交检查记录")');
      const told = await page.textContent('.errors');
      assert.match(told, /拒绝签字时要有见证人/);
      assert.match(told, /请选择/);
      assert.equal(await page.inputValue('#note'), '门口有牌匾');
      assert.ok(await page.isChecked('input[name=item-3][value=fits]'), 'what was ticked is still ticked');
      assert.equal(await page.locator('.photos img').count(), 1, 'the photograph outlived the refusal');
      await page.check('input[name=item-0][value=not_applicable]');
      await page.fill('#witness', '在场人员');
      await page.click('button:has-text("提交检查记录")');
      assert.match(await page.textContent('main'), /本次未发现问题/);
      assert.ok((await page.textContent('main')).includes('现场.png'));
      await page.goto(`${path}/paper?paper=80`);
      assert.match(await page.textContent('body'), /见证人签字/);
      await page.context().close();
    });
  });
}
