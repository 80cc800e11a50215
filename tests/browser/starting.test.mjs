// Getting started without an id anywhere: a household on the way to the scale and its own account, an organisation and its people.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BASE } from './support.mjs';
import { SEATS, choice, fits, fresh, house, open, says, send, text } from './people.mjs';

let desk;
before(async () => { desk = await house(); });
after(() => desk?.close());

/** Closes what a story opened, also when it fails. */
function story(name, tell) {
  for (const seat of SEATS) {
    test(`${name}, ${seat.name}`, { timeout: 60_000 }, async () => {
      const opened = [];
      const sit = async (account, password) => { const page = await desk.seat(seat, account, password); opened.push(page); return page; };
      try { await tell(sit, seat); } finally { for (const page of opened) await page.context().close(); }
    });
  }
}

describe('getting started', { concurrency: 2 }, () => {
  story('a new household is weighed for, corrected and signs in', async (sit) => {
    const page = await sit('producer');
    const name = fresh('演示新户');
    await open(page, '/work/deliveries/scale');
    await page.click('a:has-text("登记新农户")');
    await fits(page);
    await send(page, '/work/growers/new', { name: '', village: '', phone: '不知道' }, { fails: true });
    for (const field of ['name', 'division_code', 'village', 'phone']) assert.equal(await page.locator(`#new-${field}-err`).count(), 1, field);
    await fits(page);
    const division_code = await choice(page, '#new-division_code', '晋州');
    await send(page, '/work/growers/new', { name, division_code, village: '演示新村', household_no: fresh('H'), phone: '' });
    assert.match(await text(page, '[role=status]'), /农户已登记/);
    assert.ok((await page.inputValue('#who')).includes(name), 'the scale knows who it is');
    assert.ok(!decodeURIComponent(page.url()).includes(name), 'the address names nobody');
    await page.fill('#weight', '20');
    await page.click('button:has-text("接着过秤")');
    await says(page, name);
    await page.locator(`a:has-text("${name}")`).first().click();
    await fits(page);
    await send(page, '/change', { village: '演示西村', phone: '13800138000' });
    await says(page, '演示西村', '13800138000');
    const account = fresh('hu-');
    await send(page, '/account', { account });
    await fits(page);
    const link = (await text(page)).match(/https?:\S+\/join\/\S+/)[0];
    const household = await sit();
    await open(household, link.replace(/^https?:\/\/[^/]+/, BASE));
    await household.fill('[name=password]', 'lantern-granary-otter-7');
    await household.fill('[name=again]', 'lantern-granary-otter-7');
    await household.click('main form button, form button');
    await household.fill('[name=account]', account);
    await household.fill('[name=password]', 'lantern-granary-otter-7');
    await Promise.all([household.waitForURL(/\/work/), household.click('form[action^="/login"] button')]);
    await says(household, '我家这一季');
    await fits(household);
    await household.click('a:has-text("看本户的全部记录")');
    await says(household, '演示西村', '20 kg');
    assert.equal(await household.locator('main form').count(), 0, 'it reads and changes nothing');
  });

  story('a new organisation is registered, found again and its people invited', async (sit) => {
    const page = await sit('office');
    const name = fresh('演示县机关');
    await open(page, '/work/organisations');
    await fits(page);
    await send(page, '/work/organisations', { name: '', credit_code: '91130133MADEM01100' }, { fails: true });
    assert.match(await text(page, '#new-credit_code-err'), /校验不符/);
    for (const field of ['kind', 'name', 'division_code']) assert.equal(await page.locator(`#new-${field}-err`).count(), 1, field);
    await fits(page);
    const division_code = await choice(page, '#new-division_code', '赵县');
    await send(page, '/work/organisations', { kind: 'authority', name, credit_code: '', division_code, contact: '演示窗口' });
    assert.match(await text(page, '[role=status]'), /单位已登记/);
    await says(page, '赵县', '演示窗口');
    await open(page, '/work/organisations');
    await page.fill('[name=q]', name);
    await page.click('form[method=get] button');
    await fits(page);
    await page.click('a:has-text("人员和邀请")');
    await says(page, '邀请');
    assert.match(await text(page, 'h1'), new RegExp(name));
  });
});
