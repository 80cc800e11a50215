// A recall by two people, with and without script, from what somebody reported to the red page; and the report's form at 360 px through the gate
// that every public page passes.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { BASE, CODES, launch, newVisitor, requireDemo } from './support.mjs';
import { checkPage } from './ux-check.mjs';

requireDemo();
const PASSWORD = process.env.PASSWORD;

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

async function signedIn(account, javaScriptEnabled) {
  const context = await browser.newContext({ locale: 'zh-CN', javaScriptEnabled, viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${BASE}/login`);
  await page.fill('[name=account]', account);
  await page.fill('[name=password]', PASSWORD);
  await Promise.all([page.waitForURL(/\/work/), page.click('form[action^="/login"] button')]);
  return { context, page };
}

/** A code in use of another producer than the other tests' codes are of: they stay as they were. */
async function anotherProducersCode() {
  const post = (path, body) => fetch(`${BASE}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const { token } = await (await post('/api/v1/sessions', { account: 'producer2', password: PASSWORD })).json();
  const headers = { authorization: `Bearer ${token}` };
  const { items } = await (await fetch(`${BASE}/api/v1/code-orders`, { headers })).json();
  for (const order of items.filter((one) => one.kind === 'unit').reverse()) {
    const lines = (await (await fetch(`${BASE}/api/v1/code-orders/${order.id}/codes.txt`, { headers })).text()).trim().split('\n');
    const code = lines[5].split('/').pop().trim();
    const answer = await (await fetch(`${BASE}/q/${code}`, { headers: { accept: 'application/json', 'user-agent': newVisitor() } })).json();
    if (answer.severity === 'ok') return code;
  }
  throw new Error('producer2 has no code in use');
}

/** A public page as a phone opens it. */
async function publicPage(path, body) {
  const context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'zh-CN', userAgent: newVisitor(), javaScriptEnabled: false });
  try {
    const page = await context.newPage();
    await page.goto(`${BASE}${path}`);
    return await body(page);
  } finally {
    await context.close();
  }
}

test('the form of a report passes the gate of public pages', { timeout: 120_000 }, async () => {
  const faults = [];
  for (const path of [`/q/${CODES.ready[0]}/report`, '/report']) {
    for await (const { ok, what } of checkPage(browser, `${BASE}${path}`, { userAgent: newVisitor() })) if (!ok) faults.push(`${path}: ${what}`);
  }
  assert.deepEqual(faults, []);
});

test('somebody reports at 360 px without script and follows it with the receipt', { timeout: 60_000 }, async () => {
  const receipt = await publicPage(`/q/${CODES.ready[0]}/report`, async (page) => {
    await page.click('button.go');
    assert.match(await page.innerText('[role=alert]'), /请选一项/);
    await page.check('[name=choice][value=differs]');
    await page.fill('#text', '箱标与标签不一致');
    await page.setInputFiles('#photos', [{ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64') }]);
    await page.click('button.go');
    assert.match(await page.innerText('h1'), /已收到您的反馈/);
    assert.match(await page.innerText('main'), /收到照片 1 张/);
    return (await page.innerText('main .code')).trim();
  });
  assert.match(receipt, /^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
  await publicPage('/r', async (page) => {
    await page.fill('#word', receipt.toLowerCase());
    await page.click('button.go');
    assert.match(await page.innerText('h1'), /等待核查|正在核查/);
  });
});

for (const script of [true, false]) {
  test(`two people recall a batch and lift it, script ${script ? 'on' : 'off'}`, { timeout: 120_000 }, async () => {
    const code = await anotherProducersCode();
    const one = await signedIn('supervisor', script), two = await signedIn('supervisor2', script);
    const number = `演示追字〔2026〕${script ? 71 : 72}号`;
    try {
      await one.page.goto(`${BASE}/work/measures/recalls/new`);
      await one.page.fill('[name=batch_id]', code);
      await one.page.fill('[name=ordered_by]', '演示市场监管部门');
      await one.page.fill('[name=document_no]', number);
      await one.page.fill('[name=reason]', '演示：抽检');
      await one.page.fill('[name=public_text]', '演示：抽检不合格，请先别吃。');
      await one.page.click('button[value=look]');
      assert.match(await one.page.innerText('main'), /消费者将看到[^]*请先别吃/);
      // The consumer's page opens beside it.
      const [seen] = await Promise.all([one.context.waitForEvent('page'), one.page.click('button[formtarget=_blank]')]);
      await seen.waitForLoadState();
      assert.match(await seen.innerText('body'), /预览：尚未生效/);
      assert.ok(await seen.locator('.verdict.red').count(), 'the preview is red');
      await seen.close();
      await one.page.click('button[value=propose]');
      assert.match(await one.page.innerText('main'), /等待第二人确认/);
      const at = new URL(one.page.url()).pathname;
      await publicPage(`/q/${code}`, async (page) => assert.equal(await page.locator('.verdict.red').count(), 0, 'a proposal changes nothing'));

      await two.page.goto(`${BASE}${at}`);
      await two.page.click(`form[action^="${at}/confirm"] button`);
      assert.match(await two.page.innerText('main'), /已生效/);
      await publicPage(`/q/${code}`, async (page) => assert.match(await page.innerText('main'), /请先别吃/));

      await one.page.goto(`${BASE}${at}`);
      await one.page.fill('[name=document_no]', `${number}解`);
      await one.page.fill('[name=public_text]', '演示：复检合格，解除。');
      await one.page.click(`form[action^="${at}/lift"] button:not([formtarget])`);
      assert.match(await one.page.innerText('main'), /拟解除，仍有效/);
      await two.page.goto(`${BASE}${at}`);
      await two.page.click(`form[action^="${at}/lift/confirm"] button`);
      assert.match(await two.page.innerText('main'), /已解除/);
      await publicPage(`/q/${code}`, async (page) => {
        assert.equal(await page.locator('.verdict.red').count(), 0);
        assert.match(await page.innerText('main'), /复检合格，解除/);
      });
    } finally {
      await one.context.close();
      await two.context.close();
    }
  });
}
