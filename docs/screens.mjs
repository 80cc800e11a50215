// Makes the pictures of docs/screens from a demo: `tests/run with-demo node docs/screens.mjs`.
import { mkdirSync } from 'node:fs';
import { launch, BASE } from '../tests/browser/support.mjs';

const OUT = new URL('./screens/', import.meta.url).pathname;
const SCREENS = [
  ['producer', 360, '/work', 'producer-home'],
  ['producer', 360, '/work/batches', 'producer-batches'],
  ['office', 1280, '/work/products', 'office-files'],
  ['office', 1280, '/work/plans', 'office-plans'],
  ['office', 1280, '/work/quality', 'office-quality'],
  ['producer', 1280, '/work/import', 'producer-import'],
  ['producer2', 360, '/work/mark-use-applications', 'producer-applications'],
  ['supervisor', 1280, '/work/audits', 'supervision-audits'],
  ['supervisor', 1280, '/work/balance', 'supervision-balance'],
  ['supervisor', 360, '/work/inbox', 'supervision-inbox'],
  ['supervisor', 1280, '/work/alerts', 'supervision-alerts'],
];

mkdirSync(OUT, { recursive: true });
const browser = await launch();
for (const [account, width, path, name] of SCREENS) {
  const context = await browser.newContext({ locale: 'zh-CN', viewport: { width, height: width < 600 ? 760 : 800 } });
  const page = await context.newPage();
  await page.goto(`${BASE}/login`);
  await page.fill('[name=account]', account);
  await page.fill('[name=password]', process.env.PASSWORD);
  await Promise.all([page.waitForURL(/\/work/), page.click('form[action^="/login"] button')]);
  await page.goto(`${BASE}${path}`);
  await page.screenshot({ path: `${OUT}${name}.png` });
  console.log(name);
  await context.close();
}
await browser.close();
