// Pages of the register as anybody reads them: text at 200 % on the narrowest phone, nothing axe finds, in both languages.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import AxeBuilder from '@axe-core/playwright';
import { BASE, launch, requireDemo } from './support.mjs';

requireDemo();
let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

for (const path of ['/', '/p/', '/p/jinzhou-yali', '/p/jinzhou-yali/plan', '/e/', '/label', '/privacy']) {
  for (const lang of ['', '?lang=en']) {
    test(`${path}${lang}: large text and axe`, async () => {
      const context = await browser.newContext({ viewport: { width: 320, height: 640 }, bypassCSP: true, locale: lang ? 'en-US' : 'zh-CN' });
      const page = await context.newPage();
      const answer = await page.goto(`${BASE}${path}${lang}`);
      assert.equal(answer.status(), 200);
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
      assert.deepEqual(violations.map((v) => `${v.id} ${v.nodes[0].html.slice(0, 120)}`), []);
      // The page's own 112.5 % doubled.
      await page.addStyleTag({ content: 'html{font-size:225%!important}' });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, 'px too wide');
      await context.close();
    });
  }
}
