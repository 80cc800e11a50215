// A producer's story, from the first word to the public page: producer, office, and a reader who is nobody.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BASE } from './support.mjs';
import { SEATS, choice, fits, fresh, house, open, says, send, text } from './people.mjs';

let desk;
before(async () => { desk = await house(); });
after(() => desk?.close());

const LIST = '/work/stories';
// A grey picture of 8 × 8.
const PHOTO = { name: '梨园.png', mimeType: 'image/png', buffer: Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAADklEQVR4nGM4AQUMlDEACLEyAaio5RMAAAAASUVORK5CYII=', 'base64') };
/** The promotion surface of the demonstration: another name of the same machine. */
const PROMO = BASE.replace('127.0.0.1', 'localhost');

describe('a story', { concurrency: 1 }, () => {
  for (const seat of SEATS) {
    test(`is written, given back, mended and published, ${seat.name}`, { timeout: 90_000 }, async () => {
      const opened = [];
      const sit = async (account) => { const page = await desk.seat(seat, account); opened.push(page); return page; };
      const title = fresh('一年的梨园');
      try {
        const producer = await sit('producer');
        await open(producer, LIST);
        await fits(producer);
        await producer.locator('a[href*="/work/stories/new"]').first().click();
        await fits(producer);
        const of = await choice(producer, '[name=product_id]', '晋州鸭梨');
        // What is wrong is said at its field, and what was typed stays.
        await send(producer, LIST, { product_id: of, title_zh: title, text_zh: '我们的梨最佳，能治疗咳嗽。', shops: '小店 http://shop.example/' }, { fails: true });
        assert.match(await text(producer, '.errors'), /https:\/\//);
        assert.equal(await producer.locator('[name=title_zh]').inputValue(), title);
        await send(producer, LIST, { shops: '小店 https://shop.example/' });
        await says(producer, '已保存草稿', '最佳', '治疗', '广告法第九条');
        await fits(producer);
        const place = new URL(producer.url()).pathname.replace(/\/edit$/, '');
        await send(producer, `${place}/pictures`, { picture: PHOTO, caption_zh: '四月的梨园' }, { fails: true });
        assert.match(await text(producer, '.errors'), /可辨认的人物/);
        await send(producer, `${place}/pictures`, { picture: PHOTO, caption_zh: '四月的梨园', people: 'none' });
        await open(producer, place);
        await fits(producer);
        await says(producer, '四月的梨园', '没有可辨认的人物', '自行发布，内容由其负责');
        await send(producer, `${place}/submit`);
        await says(producer, '待审核');

        const office = await sit('office');
        await open(office, '/work');
        await says(office, '等您办理的故事', title);
        await open(office, place);
        await fits(office);
        await send(office, `${place}/approve`, {}, { fails: true });
        assert.match(await text(office, '.errors'), /为什么可以保留/);
        await send(office, `${place}/return`, { point_text: '“治疗”“最佳”请删去' });
        await says(office, '待修改');

        await open(producer, '/work');
        await says(producer, '等您办理的故事');
        await open(producer, `${place}/edit`);
        await says(producer, '“治疗”“最佳”请删去');
        await send(producer, `${place}/edit`, { text_zh: '三月修枝，四月开花。\n十月采收。' });
        await says(producer, '没有发现需要提示的词语');
        await send(producer, `${place}/submit`);
        await open(office, place);
        await send(office, `${place}/approve`);
        await says(office, '已发布', '能看到');

        const reader = await sit();
        const path = place.replace('/work', '');
        await open(reader, path, 404);
        await open(reader, `${PROMO}${path}`);
        await fits(reader);
        await says(reader, title, '自行发布，内容由其负责', '十月采收', '小店', '统一社会信用代码');
        assert.equal(await reader.locator('script').count(), 0);
        assert.deepEqual(await reader.context().cookies(), [], 'no cookie');
        const shown = reader.locator('figure img');
        assert.equal(await shown.getAttribute('alt'), '四月的梨园');
        if (seat.script) {
          await shown.scrollIntoViewIfNeeded();
          await reader.waitForFunction(() => document.querySelector('figure img').naturalWidth > 0);
        }
        const size = await reader.locator('main p').first().evaluate((e) => parseFloat(getComputedStyle(e).fontSize)).catch(() => 18);
        assert.ok(size >= 18, `${size} px`);
        assert.match(await reader.locator('a[href*="/p/"]').first().getAttribute('href'), new RegExp(`^${BASE}/p/`), 'facts are the register\'s');
        await open(reader, `${PROMO}/stories/`);
        await fits(reader);
        await says(reader, title);
        await send(producer.url().includes(place) ? producer : await open(producer, place), `${place}/withdraw`);
        await open(reader, `${PROMO}${path}`, 404);
      } finally {
        for (const page of opened) await page.context().close();
      }
    });
  }
});
