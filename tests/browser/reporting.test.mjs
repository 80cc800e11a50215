// The yearly report of mark use: declared on a phone and at a desk, asked about, handed in, given back, mended, accepted, put together.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SEATS, choice, fits, house, open, says, send, text } from './people.mjs';

let desk;
before(async () => { desk = await house(); });
after(() => desk?.close());

const LIST = '/work/annual-reports';

describe('a yearly report', { concurrency: 1 }, () => {
  for (const seat of SEATS) {
    test(`is corrected, given back, mended and accepted, ${seat.name}`, { timeout: 90_000 }, async () => {
      const opened = [];
      const sit = async (account) => { const page = await desk.seat(seat, account); opened.push(page); return page; };
      try {
        // The demonstration's report on last year is accepted: it is corrected.
        const producer = await sit('producer');
        await open(producer, LIST);
        await says(producer, '要报告的年度', '已确认');
        await fits(producer);
        await producer.locator(`a[href*="${LIST}/anr_"]`).first().click();
        await says(producer, '企业填报', '平台登记');
        await fits(producer);
        const first = new URL(producer.url()).pathname;
        await send(producer, `${first}/correct`, { reason: '' }, { fails: true });
        await send(producer, `${first}/correct`, { reason: '漏算一笔' });
        const place = new URL(producer.url()).pathname.replace(/\/edit$/, '');
        await fits(producer);
        // What can't be read is said at its field and stays as typed.
        await send(producer, `${place}/edit`, { output: '很多' }, { fails: true });
        assert.match(await text(producer, '.errors'), /很多/);
        assert.equal(await producer.locator('#declare-output').inputValue(), '很多');
        const output = String(53_000 + SEATS.indexOf(seat));
        await send(producer, `${place}/edit`, { output, sold: String(49_000 + SEATS.indexOf(seat)), average_price: '' });
        await says(producer, '草稿', Number(output).toLocaleString('en-US'));
        await fits(producer);
        // What contradicts the register is asked once, with both figures.
        await send(producer, `${place}/submit`, {}, { fails: true });
        assert.match(await text(producer, '.errors'), /填报销售/);
        await send(producer, `${place}/submit`, { answer_sold: '批次没有全部登记' });
        await says(producer, '已提交', '批次没有全部登记');

        const second = await sit('office2');
        await open(second, '/work');
        await says(second, '等您确认的年度报告');
        await open(second, place);
        await fits(second);
        await send(second, `${place}/return`, { answer_by: '' }, { fails: true });
        const soon = new Date(Date.now() + 10 * 86400_000).toISOString().slice(0, 10);
        await send(second, `${place}/return`, { point_employees: '请写年末人数', answer_by: soon });
        await says(second, '待补正');

        await open(producer, `${place}/edit`);
        await says(producer, '请写年末人数');
        await send(producer, `${place}/edit`, { employees: '28' });
        await send(producer, `${place}/submit`);
        await says(producer, '已提交');

        // Whoever accepted the version before does not accept this one.
        const office = await sit('office');
        const [once, again] = SEATS.indexOf(seat) % 2 === 0 ? [office, second] : [second, office];
        await open(once, place);
        await send(once, `${place}/accept`, {}, { fails: true });
        assert.match(await text(once, '.errors'), /第二人|另一/);
        await open(again, place);
        await send(again, `${place}/accept`);
        await says(again, '已确认');
        await again.locator(`a[href*="${LIST}/years/"]`).first().click();
        await says(again, '县级统计', '未能核对', '近三年');
        await fits(again);
      } finally {
        for (const page of opened) await page.context().close();
      }
    });
  }
});
