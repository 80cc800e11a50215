// An application for the use of a mark, from the first field to the use: producer, county, office and its second person.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SEATS, choice, downloaded, fits, house, open, says, send, text } from './people.mjs';

let desk;
before(async () => { desk = await house(); });
after(() => desk?.close());

const LIST = '/work/mark-use-applications';
const REPORT = { name: '检验报告.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n% soluble solids 11.8 %\n') };

describe('an application for a mark', { concurrency: 1 }, () => {
  for (const seat of SEATS) {
    test(`is written, given back, mended and approved, ${seat.name}`, { timeout: 90_000 }, async () => {
      const opened = [];
      const sit = async (account) => { const page = await desk.seat(seat, account); opened.push(page); return page; };
      try {
        const producer = await sit('producer');
        await open(producer, LIST);
        await fits(producer);
        const right = await choice(producer, `form[action*="${LIST}"] [name=right_id]`, '赵县雪花梨 · 地理标志产品');
        await send(producer, LIST, { right_id: right });
        await says(producer, '赵县雪花梨');
        await fits(producer);
        const place = new URL(producer.url()).pathname.replace(/\/edit$/, '');
        // What can't be read is said at its field and stays as typed.
        await send(producer, `${place}/edit`, { goods: '鲜梨 5 千克礼盒', volume: '很多' }, { fails: true });
        assert.match(await text(producer, '.errors'), /很多/);
        assert.equal(await producer.locator('#volume').inputValue(), '很多');
        await send(producer, `${place}/edit`, { goods: '鲜梨 5 千克礼盒\n梨膏', volume: '12.5', unit: 't', bought_from: '', report: REPORT });
        await says(producer, '草稿', '鲜梨 5 千克礼盒、梨膏', '12,500');
        await fits(producer);
        // Without land or whom it buys from it can't be handed in; every fault at once.
        await send(producer, `${place}/submit`, {}, { fails: true });
        assert.match(await text(producer, '.errors'), /收购自农户/);
        await open(producer, `${place}/edit`);
        assert.equal(await producer.locator('#volume').inputValue(), '12500', 'what was saved is there');
        await send(producer, `${place}/edit`, { bought_from: '东里庄村 12 户' });
        await send(producer, `${place}/submit`);
        await says(producer, '已提交', '县级市场监管');
        const paper = await downloaded(producer, () => producer.locator(`a[href*="${place}/papers/"]`).click());
        assert.ok(paper.bytes.equals(REPORT.buffer), 'bit for bit');

        const county = await sit('county');
        await open(county, '/work/inbox');
        await says(county, '用标申请');
        await open(county, place);
        await fits(county);
        await send(county, `${place}/verify/return`, { answer_by: '' }, { fails: true });
        const soon = new Date(Date.now() + 10 * 86400_000).toISOString().slice(0, 10);
        await send(county, `${place}/verify/return`, { point_goods: '梨膏不在本产品范围，请去掉', answer_by: soon });
        await says(county, '待补正');

        await open(producer, '/work');
        await says(producer, '等您办理的用标申请');
        await open(producer, `${place}/edit`);
        await says(producer, '梨膏不在本产品范围');
        await fits(producer);
        await send(producer, `${place}/edit`, { goods: '鲜梨 5 千克礼盒', answer_1: '已去掉' });
        await send(producer, `${place}/submit`);
        await open(county, place);
        await says(county, '梨膏不在本产品范围', '已去掉');
        await send(county, `${place}/verify`, { on_day: '', said: '看了地块' }, { fails: true });
        assert.match(await text(county, '.errors'), /产地核验的日期/);
        await send(county, `${place}/verify`, { on_day: new Date(Date.now() - 86400_000).toISOString().slice(0, 10), said: '看了东里庄村的地块' });
        await says(county, '县级初审通过');

        const [office, second] = [await sit('office'), await sit('office2')];
        await open(office, place);
        await fits(office);
        await send(office, `${place}/advance`, { said: '材料一致' });
        await send(office, `${place}/advance`, { document_no: '示例函 1 号', said: '同意' }, { fails: true });
        assert.match(await text(office, '.errors'), /第二人|另一/);
        await open(second, place);
        await send(second, `${place}/advance`, { document_no: '示例函 1 号', said: '同意' });
        // Each seat its own past year, so that the next one may apply again; the announcement of that year goes into the GI file first.
        const year = 2016 + SEATS.indexOf(seat), number = `国家知识产权局公告第${700 + SEATS.indexOf(seat)}号`;
        await open(office, place);
        await office.locator('a[href*="/work/products/"]', { hasText: '地标档案' }).click();
        const of = await choice(office, 'form[action*="/announcements"] [name=right_ids]', '地理标志产品');
        await send(office, '/announcements', { right_ids: of, number, kind: 'mark_users', announced_on: `${year}-01-01`, source: '演示来源', confidence: 'C' });
        await open(office, place);
        const announcement = await choice(office, '[name=announcement_id]', number);
        await send(office, `${place}/approve`, { announcement_id: announcement, in_force_from: `${year}-01-01`, in_force_to: `${year}-12-31` });
        await says(office, '已准许');
        await office.locator('a[href*="/work/mark-uses/"]').click();
        await says(office, '待备案');
        await open(producer, '/work/notices');
        await says(producer, '用标申请已准许');
      } finally {
        for (const page of opened) await page.context().close();
      }
    });
  }
});
