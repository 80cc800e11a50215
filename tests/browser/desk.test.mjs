// The stories of the workspaces, at a phone and at a desk, with script and without: producer, grower, printing house, office, administrator.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { BASE, ask, read, scan } from './support.mjs';
import { PASSWORD, SEATS, choice, downloaded, fits, fresh, house, open, says, send, text } from './people.mjs';

let desk;
before(async () => { desk = await house(); });
after(() => desk?.close());

/** Closes what a story opened, also when it fails. */
function story(name, tell) {
  for (const seat of SEATS) {
    test(`${name}, ${seat.name}`, { timeout: 60_000 }, async () => {
      const opened = [];
      const sit = async (account) => { const page = await desk.seat(seat, account); opened.push(page); return page; };
      try { await tell(sit, seat); } finally { for (const page of opened) await page.context().close(); }
    });
  }
}

/** Labels of the demonstration's largest batch, ordered and not bound: their number and their page. */
async function ordered(page, count) {
  await open(page, '/work/orders/new');
  await page.locator('a[href*="/work/orders/new?batch="]', { hasText: /2026-YL-01$/ }).last().click();
  await fits(page);
  const pack = await choice(page, '#pack', '5 kg');
  await send(page, '/work/orders/new', { pack, count: 'zwanzig' }, { fails: true });
  assert.match(await text(page, '.errors'), /zwanzig/);
  assert.equal(await page.locator('#pack').inputValue(), pack, 'what was chosen stays');
  await send(page, '/work/orders/new', { count, bind: false });
  await says(page, `共印 ${count} 枚`, `手头 ${count}`);
  return page.url().match(/cod_[0-9a-z]+/)[0];
}

// One after the other each, beside each other all: a machine has two cores, and people do not wait for each other either.
describe('at the desk', { concurrency: 3 }, () => {
describe('a producer', { concurrency: 1 }, () => {
  story('orders labels, prints them, puts them to use and takes that back', async (sit) => {
    const page = await sit('producer');
    const order = await ordered(page, 12);
    // Its own sticker sheet: a framed test page costs nothing, the sheet is a PDF of these labels.
    await open(page, `/work/orders/${order}/print`);
    await fits(page);
    await page.fill('[name=last]', '12');
    const trial = await downloaded(page, () => page.click('button[value=test]'));
    const sheet = await downloaded(page, () => page.click('button[value=pdf]'));
    for (const file of [trial, sheet]) assert.equal(file.bytes.subarray(0, 5).toString(), '%PDF-', file.name);
    assert.ok(!trial.bytes.equals(sheet.bytes), 'the test page holds no labels');
    // A segment by its first and last number, then the batch.
    await open(page, `/work/orders/${order}/segment`);
    await send(page, `${order}/segment`, { first: '3', last: '12', damaged: '5' });
    await says(page, '第 3 枚至第 12 枚，共 10 枚', '中间坏了 1 枚');
    await fits(page);
    const batch = await choice(page, `form[action*="${order}/bind"] [name=batch]`, '2026-YL-01(?!-)');
    await send(page, `${order}/bind`, { batch });
    await open(page, `/work/orders/${order}`);
    await says(page, '已绑定 9', '已作废 1', '未绑定 2');
    // Scheduled for tomorrow, then taken back, then used now and taken back.
    const codes = (await (await page.context().request.get(`${BASE}/api/v1/code-orders/${order}/codes.txt`)).text()).trim().split('\n');
    const code = (n) => codes[n - 1].split('/').pop().trim();
    const look = async (n) => (await read(await ask(`/q/${code(n)}`))).text;
    const tomorrow = new Date(Date.now() + 32 * 3600_000).toISOString().slice(0, 16);
    await send(page, `${order}/activate`, { first: '6', last: '12', at: tomorrow });
    assert.match(await look(6), /尚未启用/);
    await open(page, `/work/orders/${order}`);
    await send(page, `${order}/undo`, { first: '6', last: '12' });
    await says(page, '已绑定 9');
    await send(page, `${order}/activate`, { first: '6', last: '12', at: '' });
    await says(page, '已启用 7');
    await send(page, `${order}/activate`, { first: '1', last: '2', at: '' }, { fails: true });
    assert.match(await text(page, '.errors'), /绑定/);
    // Once somebody has scanned a label it stays in use.
    assert.match((await scan(code(7))).text, /首次/);
    await send(page, `${order}/undo`, { first: '6', last: '12' }, { fails: true });
    assert.match(await text(page, '.errors'), /第 7 枚已有人查验/);
  });
});

describe('the scale', { concurrency: 1 }, () => {
  story('weighs one load twice and voids the second', async (sit, seat) => {
    const page = await sit('producer');
    const weight = String(200 + 2 * SEATS.indexOf(seat));
    const weigh = async () => {
      await open(page, '/work/deliveries/scale');
      const answer = await send(page, '/work/deliveries/scale', { who: '3', weight, unit: 'jin' }, { fails: null });
      // Twice or half of what this household delivered last is asked about once.
      if (answer.status() === 422) await send(page, '/work/deliveries/scale', { sure: true });
      await says(page, '已记下', `${weight} 斤`);
    };
    await weigh();
    await weigh();
    await fits(page);
    await page.locator('main tr', { hasText: `${weight} 斤` }).locator('a[href*="/work/deliveries/del_"]').first().click();
    await fits(page);
    await send(page, '/void', { reason: '' }, { fails: true });
    assert.ok((await text(page, '.errors')).length > 4, 'a reason is asked for');
    await send(page, '/void', { reason: '重复录入' });
    await says(page, '已作废', '重复录入');
    assert.equal(await page.locator('form[action$="/void"]').count(), 0, 'once is enough');
    await open(page, '/work/deliveries/scale');
    const states = await page.locator('main tr', { hasText: `${weight} 斤` }).allInnerTexts();
    assert.equal(states.filter((line) => line.includes('已作废')).length, 1, `one of two stands: ${states}`);
  });
});

describe('a grower', { concurrency: 1 }, () => {
  story('reads the slip by its QR code and does not agree', async (sit) => {
    const producer = await sit('producer');
    await open(producer, '/work/growers');
    await producer.locator('main a', { hasText: '演示种植户丙' }).first().click();
    // Three slips are good at a time: the oldest makes room.
    while (await producer.locator('form[action*="/work/slips/"]').count() > 2) await send(producer, '/work/slips/');
    await send(producer, `${new URL(producer.url()).pathname}/slip`);
    const qr = producer.locator('svg.qr');
    const url = await qr.getAttribute('aria-label');
    const read = execFileSync('zbarimg', ['--raw', '-q', '-'], { input: await qr.screenshot({ scale: 'css' }) }).toString().trim();
    assert.equal(read, url, 'the symbol says what is printed under it');
    const grower = await sit(null);
    await open(grower, read);
    await fits(grower);
    await says(grower, '演某');
    assert.ok(!(await text(grower)).includes('种植户丙'), 'only the surname');
    const objection = fresh('斤两不对');
    const load = grower.locator('details', { has: grower.locator('input[name=subject_id]') }).first();
    await load.locator('summary').click();
    await load.locator('input[name=text]').fill(objection);
    await load.locator('button').click();
    await says(grower, objection);
    const producerSees = await sit('producer');
    await open(producerSees, '/work/objections');
    await says(producerSees, objection);
    const settle = producerSees.locator('li', { hasText: objection }).locator('form[action$="/settled"]');
    await send(producerSees, await settle.getAttribute('action'), { reason: '已与过磅单核对' });
    await open(grower, read);
    await says(grower, '已与过磅单核对');
    await open(grower, '/g/0000000000000000', 404);
  });
});

describe('a printing house', { concurrency: 1 }, () => {
  story('fetches the pack by a one-time link and says what was printed', async (sit) => {
    const producer = await sit('producer');
    const order = await ordered(producer, 30);
    await open(producer, `/work/orders/${order}/hand-over`);
    await send(producer, `${order}/hand-over`, { note: '哑光，卷装' });
    const said = await text(producer);
    const url = said.match(/http\S+\/print\/\S+/)[0];
    const password = said.match(/[0-9A-Z]{4}(-[0-9A-Z]{4}){3}/)[0];
    await fits(producer);
    const printer = await sit(null);
    await open(printer, url);
    await fits(printer);
    await says(printer, '30 枚', '哑光，卷装');
    assert.ok(!(await text(printer)).includes(password), 'the password goes another way');
    const pack = await downloaded(printer, () => printer.locator('form[action*="/pack"] button').click());
    assert.equal(pack.bytes.subarray(0, 2).toString(), 'PK', pack.name);
    // How it went out is noted a moment after the last byte.
    for (let tries = 0; tries < 20 && !/文件已取/.test(await text(printer)); tries++) await open(printer, url);
    await says(printer, '文件已取');
    await send(printer, '/report', { printed: '30', spoiled: '2' }, { fails: true });
    assert.match(await text(printer), /合计 32 枚/);
    await send(printer, '/report', { printed: '28', spoiled: '1' });
    await open(producer, `/work/orders/${order}/hand-over`);
    await send(producer, '/receive', { received: '27' });
    await says(producer, '已收货', '与印制数不一致');
  });
});

describe('the office', { concurrency: 1 }, () => {
  let seasons = 2031;
  story('proposes a plan, shows it to everybody, and a second person decides', async (sit) => {
    const season = String(seasons++);
    const [page, second] = [await sit('office'), await sit('office2')];
    await open(page, '/work/plans');
    await send(page, '/work/plans', { season }, { fails: true });
    assert.ok(await page.locator('.errors a[href="#plan-product_id"]').count(), 'the product is asked for at its field');
    await send(page, '/work/plans', { product_id: await choice(page, '#plan-product_id', '晋州鸭梨'), season });
    await says(page, '拟定');
    const at = new URL(page.url()).pathname;
    await fits(page);
    await send(page, `${at}/publish`);
    await says(page, '公示中');
    const stranger = await sit(null);
    await open(stranger, '/p/jinzhou-yali/plan');
    const [version] = (await text(stranger)).match(new RegExp(`${season} 年度第 \\d+ 版`)) ?? assert.fail('the plan is not public');
    await fits(stranger);
    await open(second, at);
    await send(second, `${at}/approve`, {}, { fails: true });
    assert.match(await text(second, '.errors'), /公示到/);
    await send(second, `${at}/refuse`, { reason: '面积与地块不符' });
    await says(second, '面积与地块不符');
    await open(stranger, '/p/jinzhou-yali/plan');
    assert.ok(!(await text(stranger)).includes(version), 'what was refused is no plan');
  });

  story('records a mark use with its paper', async (sit, seat) => {
    const page = await sit('office');
    const day = new Date(Date.UTC(2000, 0, 1) + ((Date.now() / 1000) % 6000) * 86_400_000 + SEATS.indexOf(seat) * 86_400_000).toISOString().slice(0, 10);
    await open(page, '/work/mark-uses');
    const typed = {
      organisation_id: await choice(page, '#grant-organisation_id', '演示宫面厂'),
      right_id: await choice(page, '#grant-right_id', '藁城宫面'),
      in_force_from: day, in_force_to: day, contract: fresh('演示合同 '),
    };
    await send(page, '/work/mark-uses', { ...typed, paper: { name: '合同.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') } }, { fails: true });
    assert.match(await text(page, '.errors'), /不是照片/);
    assert.equal(await page.locator('#grant-contract').inputValue(), typed.contract, 'what was typed stays');
    await send(page, '/work/mark-uses', { paper: { name: '合同.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 demo') } });
    await says(page, typed.contract, '合同.pdf');
    await fits(page);
  });

  story('takes a sheet in, and gets its wrong rows back in red', async (sit) => {
    const page = await sit('office');
    await open(page, '/work/import');
    const [head] = (await (await page.context().request.get(`${BASE}/work/import/organisations/template.csv`)).text()).replace('\uFEFF', '').split(/\r?\n/);
    const names = head.split(',').map((name) => name.replace('*', ''));
    const row = (cells) => names.map((name) => cells[name] ?? '').join(',');
    const [good, wrong] = [fresh('演示导入印刷厂'), fresh('演示错码')];
    const code = creditCode();
    const off = (code.at(-1) === 'A' ? 'B' : 'A');
    const sheet = [head, row({ 名称: good, 类型: '印刷厂', 统一社会信用代码: code, 行政区划: '130183' }),
      row({ 名称: wrong, 类型: '生产者', 统一社会信用代码: code.slice(0, -1) + off, 行政区划: '999999' })].join('\r\n');
    const file = { name: `${good}.csv`, mimeType: 'text/csv', buffer: Buffer.from(sheet) };
    await send(page, '/work/import', { kind: 'organisations', file });
    let at = page.url();
    // The machine looks at it beside the page; without script one asks again.
    const until = async (words) => { for (let tries = 0; tries < 100 && !(await text(page)).includes(words); tries++) await page.goto(at); await says(page, words); };
    await until('要改的地方');
    await says(page, '999999', '校验不符');
    assert.match(await text(page), /可以导入\s*1 行/);
    await fits(page);
    const red = await downloaded(page, () => page.click('main a[href$="/faults"]'));
    const told = red.name.endsWith('.csv') ? red.bytes.toString('utf8') : execFileSync('python3', ['-c', 'import sys,zipfile,io;z=zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()));sys.stdout.write("".join(z.read(n).decode() for n in z.namelist() if n.endswith(".xml")))'], { input: red.bytes }).toString();
    assert.ok(told.includes('错误说明') && told.includes(wrong) && told.includes('校验不符'), red.name);
    await send(page, '/take');
    await until('导入结果');
    assert.match(await text(page), /已导入\s*1 行/);
    await open(page, '/work/import');
    await send(page, '/work/import', { kind: 'organisations', file });
    at = page.url();
    await until('检查结果');
    assert.match(await text(page), /以前导入过\s*1 行/);
  });
});

describe('an administrator', { concurrency: 1 }, () => {
  story('invites somebody, who joins, gets a second factor, and is signed out', async (sit) => {
    const page = await sit('producer');
    await open(page, '/work/members');
    await send(page, '/work/members/invite', { person: '演示人员', roles: 'producer' });
    const link = (await text(page)).match(/http\S+\/join\/\S+/)[0];
    await fits(page);
    const guest = await sit(null);
    await open(guest, link);
    const [account, password] = [fresh('jia'), `${PASSWORD}-梨花开了`];
    await send(guest, '/join/', { account, display_name: '演示人员', password: 'short', again: 'short' }, { fails: true });
    await send(guest, '/join/', { password, again: password });
    assert.match(guest.url(), /\/login/);
    await open(guest, link, 404);
    await open(guest, '/login');
    await send(guest, '/login', { account, password });
    await open(guest, '/work/me/factors');
    await send(guest, '/factors/totp', { current: password });
    const secret = (await text(guest)).match(/(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}/)[0].replaceAll(' ', '');
    const code = (at) => totp(secret, at);
    const wrong = String((Number(code(Date.now())) + 1) % 1_000_000).padStart(6, '0');
    await send(guest, '/confirm', { code: wrong }, { fails: true });
    await send(guest, '/confirm', { code: code(Date.now()) });
    await says(guest, '手机验证器');
    await fits(guest);
    // The administrator ends it: the next page asks to sign in again.
    const admin = await sit('admin');
    await open(admin, `/work/admin/accounts?q=${account}`);
    await admin.locator('main a', { hasText: account }).first().click();
    await fits(admin);
    await send(admin, '/sessions/end');
    await guest.goto(`${BASE}/work`);
    assert.match(guest.url(), /\/login/, 'signed out at once');
    await send(guest, '/login', { account, password });
    assert.ok(await guest.locator('[name=otp]').count(), 'the second factor is asked for');
    await open(guest, '/work');
    assert.match(guest.url(), /\/login/, 'the password alone leads nowhere');
  });
});
});

/** RFC 6238 with SHA-1, thirty seconds, six digits. */
function totp(secret, at) {
  let bits = '';
  for (const c of secret) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => Number.parseInt(b, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac('sha1', key).update(step).digest();
  const from = mac[19] & 15;
  return String((mac.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** A made-up credit code with right check characters (GB 11714, GB 32100). */
function creditCode() {
  const [letters, wide] = ['0123456789ABCDEFGHJKLMNPQRTUWXY', '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const body = `MA${Array.from({ length: 6 }, () => letters[Math.floor(Math.random() * letters.length)]).join('')}`;
  const rest = 11 - ([...body].reduce((all, c, i) => all + wide.indexOf(c) * [3, 7, 9, 10, 5, 8, 4, 2][i], 0) % 11);
  const all = `91130183${body}${rest === 10 ? 'X' : rest === 11 ? '0' : rest}`;
  let weight = 1;
  let sum = 0;
  for (const c of all) { sum += letters.indexOf(c) * weight; weight = (weight * 3) % 31; }
  return all + letters[(31 - (sum % 31)) % 31];
}
