// The verdict page as a consumer meets it: what a scan counts, what each answer looks like, on which phones it can be read.
// Needs a demo whose codes nobody has scanned; `tests/run browser` starts one.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ask, asOldBrowser, BASE, CODES, CRAWLERS, IN_APP, launch, mistyped, newVisitor, read, requireDemo, scan, unknownCode, verdict } from './support.mjs';
import { checkPage } from './ux-check.mjs';

requireDemo();
// Each code tells one story; who reads its pages later relies on that.
const [SCANNED, CROWDED, QUIET] = CODES.ready;
const BUYER = newVisitor();
const UNKNOWN = unknownCode();
const MISTYPED = mistyped(SCANNED);

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

/** A page in a context of its own, closed afterwards. */
async function withPage(options, body) {
  const context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'zh-CN', userAgent: newVisitor(), ...options });
  try {
    return await body(await context.newPage(), context);
  } finally {
    await context.close();
  }
}

describe('a scan is counted once for a visitor', () => {
  test('the printed URL sends the first visitor on to a page that says so', async () => {
    const page = await scan(SCANNED, BUYER);
    assert.equal(page.path, `/q/${SCANNED}`);
    assert.equal(page.status, 200);
    assert.match(page.h1, /首次查验/);
  });

  test('a reload within half an hour stays the first check', async () => {
    assert.match((await read(await ask(`/q/${SCANNED}`, { as: BUYER }))).h1, /首次查验/);
    assert.match((await scan(SCANNED, BUYER)).h1, /首次查验/);
  });

  test('a second visitor sees the second check, the first still the first', async () => {
    assert.match((await scan(SCANNED)).h1, /第\s*2\s*次查验|已查验\s*2\s*次/);
    assert.match((await read(await ask(`/q/${SCANNED}`, { as: BUYER }))).h1, /首次查验/);
  });

  test('a forwarded link shows the history and does not count', async () => {
    const forwarded = await read(await ask(`/q/${SCANNED}`));
    assert.equal(forwarded.status, 200);
    assert.doesNotMatch(forwarded.h1, /首次查验/);
    assert.equal((await verdict(SCANNED, BUYER)).checks.sessions, 2);
  });

  test('the ninth visitor within an hour is told that the code is checked a lot', async () => {
    const seen = [];
    for (let i = 1; i <= 9; i++) seen.push((await verdict(CROWDED)).verdict);
    assert.deepEqual(seen, ['first_check', ...Array(7).fill('checked_before'), 'many_checks']);
    const page = await read(await ask(`/q/${CROWDED}`));
    assert.match(page.h1, /查验较多/);
  });

  test('HEAD, crawlers and bare pages never count', async () => {
    for (const path of [`/Q/${QUIET}`, `/q/${QUIET}`]) {
      const head = await ask(path, { method: 'HEAD' });
      assert.ok(head.status < 400, `HEAD ${path} answered ${head.status}`);
      for (const as of CRAWLERS) {
        const crawled = await ask(path, { as });
        assert.ok(crawled.status < 500, `a crawler at ${path} got ${crawled.status}`);
      }
    }
    await ask(`/q/${QUIET}`);
    const first = await verdict(QUIET);
    assert.equal(first.verdict, 'first_check');
    assert.equal(first.checks.sessions, 1);
  });

  test('a code typed by hand without script counts, in small letters and with dashes too', async () => {
    await withPage({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${BASE}/q`);
      await page.locator('main form input:not([type=hidden])').first().fill(QUIET.toLowerCase().match(/.{4}/g).join('-'));
      await page.locator('main form').first().locator('button, input[type=submit]').first().click();
      assert.equal(new URL(page.url()).pathname, `/q/${QUIET}`);
      assert.match(await page.locator('h1').innerText(), /第\s*2\s*次查验|已查验\s*2\s*次/);
    });
  });
});

describe('each answer says what it is', () => {
  test('a label that is not activated', async () => {
    const page = await scan(CODES.inactive);
    assert.equal(page.status, 200);
    assert.match(page.h1, /尚未启用/);
  });

  test('a recalled batch', async () => {
    const page = await scan(CODES.recalled);
    assert.equal(page.status, 200);
    assert.match(page.h1, /召回|追回/);
  });

  test('a number nobody issued is 404, a mistyped one 400, both in the frame of the site', async () => {
    const known = await read(await ask(`/q/${SCANNED}`));
    const unknown = await read(await ask(`/q/${UNKNOWN}`));
    const wrong = await read(await ask(`/q/${MISTYPED}`));
    assert.equal(unknown.status, 404);
    assert.match(unknown.h1, /没有查到/);
    assert.equal(wrong.status, 400);
    assert.match(wrong.h1, /输入有误/);
    // The English link holds the page's own address.
    const frame = (page, tag) => page.html.match(new RegExp(`<${tag}[ >][^]*?</${tag}>`))?.[0].replace(/href="[^"]*"/g, 'href');
    for (const tag of ['header', 'footer']) {
      assert.ok(frame(known, tag), `a <${tag}>`);
      assert.equal(frame(unknown, tag), frame(known, tag));
      assert.equal(frame(wrong, tag), frame(known, tag));
    }
    await answersPolitely(unknown);
    await answersPolitely(wrong);
  });

  for (const [name, code] of [['a checked code', SCANNED], ['a crowded code', CROWDED], ['an inactive code', CODES.inactive], ['a recalled code', CODES.recalled]]) {
    test(`${name}: headers, words and footer`, async () => answersPolitely(await read(await ask(`/q/${code}`))));
  }

  test('the redirect of a scan is not kept either', async () => {
    const { redirect } = await scan(SCANNED, BUYER);
    assert.match(redirect.headers.get('cache-control') ?? '', /no-store/);
    assert.equal(redirect.headers.get('set-cookie'), null);
  });

  test('there is an English twin', async () => {
    await withPage({}, async (page) => {
      await page.goto(`${BASE}/q/${SCANNED}`);
      await page.locator('a[lang=en]').first().click();
      assert.match(await page.locator('html').getAttribute('lang'), /^en/);
      assert.match(await page.locator('h1').innerText(), /number matches/i);
    });
  });

  test('every link on the pages leads somewhere', async () => {
    const paths = new Set();
    for (const code of [SCANNED, CROWDED, CODES.inactive, CODES.recalled]) {
      for (const [, href] of (await read(await ask(`/q/${code}`))).html.matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)) {
        const url = new URL(href.replace(/&amp;/g, '&'), `${BASE}/q/${code}`);
        if (url.origin === BASE) paths.add(url.pathname + url.search);
      }
    }
    assert.ok(paths.size > 0, 'a page has links');
    for (const path of paths) assert.ok((await ask(path)).status < 400, `${path} is a dead link`);
  });
});

/** What holds for every verdict page, whatever it says. */
async function answersPolitely(page) {
  const header = (name) => page.headers.get(name) ?? '';
  assert.match(header('cache-control'), /no-store/);
  assert.match(header('x-robots-tag') + (page.html.match(/<meta name="robots"[^>]*>/)?.[0] ?? ''), /noindex/);
  assert.match(header('referrer-policy'), /^(no-referrer|same-origin|strict-origin)$/);
  assert.match(header('content-security-policy'), /default-src 'none'/);
  assert.doesNotMatch(header('content-security-policy'), /unsafe-/);
  assert.equal(header('x-content-type-options'), 'nosniff');
  assert.equal(header('set-cookie'), '');
  if (BASE.startsWith('https:')) assert.match(header('strict-transport-security'), /max-age/);
  assert.doesNotMatch(page.html, /<script|\sstyle=|\son[a-z]+=/, 'no script, no inline style');
  assert.ok(page.title.startsWith(page.h1), `the title “${page.title}” begins with the verdict “${page.h1}”`);
  assert.match(page.text, /能说明/);
  assert.match(page.text, /不能说明/);
  assert.ok(page.text.includes(new URL(BASE).hostname), 'the page prints its own host');
  assert.ok(Buffer.byteLength(page.html) <= 14_336, `${Buffer.byteLength(page.html)} bytes of HTML`);
}

describe('every phone gets the same page', () => {
  test('WeChat, Alipay and a browser', async () => {
    for (const code of [SCANNED, CODES.inactive]) {
      const plain = (await read(await ask(`/q/${code}`))).html;
      for (const [name, as] of Object.entries(IN_APP)) assert.equal((await read(await ask(`/q/${code}`, { as }))).html, plain, name);
    }
  });

  test('a browser of 2018 shows no difference', async () => {
    await withPage({ bypassCSP: true, userAgent: BUYER }, async (page) => {
      const url = `${BASE}/q/${SCANNED}`;
      await page.goto(url, { waitUntil: 'networkidle' });
      const modern = await page.screenshot({ fullPage: true });
      await page.route('**/*', async (route) => {
        const response = await route.fetch();
        const type = response.headers()['content-type'] ?? '';
        if (!/html|css/.test(type)) return route.fulfill({ response });
        const body = await response.text();
        const old = type.includes('css') ? asOldBrowser(body) : body.replace(/(<style[^>]*>)([^]*?)(<\/style>)/g, (_, open, css, close) => open + asOldBrowser(css) + close);
        return route.fulfill({ response, body: old });
      });
      await page.goto(url, { waitUntil: 'networkidle' });
      assert.ok(modern.equals(await page.screenshot({ fullPage: true })), 'rules that an old browser drops change the page');
    });
  });

  test('answers differ without colour, and in forced colours keep a border', async () => {
    const codes = { ok: SCANNED, amber: CODES.inactive, red: CODES.recalled };
    const seen = {};
    for (const [severity, code] of Object.entries(codes)) {
      await withPage({}, async (page, context) => {
        await page.goto(`${BASE}/q/${code}`);
        await (await context.newCDPSession(page)).send('Emulation.setEmulatedVisionDeficiency', { type: 'achromatopsia' });
        const box = await page.locator('[role=status], [role=alert]').first().boundingBox();
        const icon = await page.screenshot({ clip: { x: box.x, y: box.y, width: 64, height: 64 } });
        seen[severity] = { icon: icon.toString('base64'), words: await page.locator('h1').innerText() };
      });
      await withPage({ forcedColors: 'active' }, async (page) => {
        await page.goto(`${BASE}/q/${code}`);
        const border = await page.locator('[role=status], [role=alert]').first().evaluate((e) => getComputedStyle(e).borderTopStyle + getComputedStyle(e).borderTopWidth);
        assert.match(border, /^solid[1-9]/, `${severity} in forced colours`);
      });
    }
    for (const part of ['icon', 'words']) assert.equal(new Set(Object.values(seen).map((s) => s[part])).size, 3, `each severity has its own ${part}`);
  });

  test('the keyboard walks through, sees where it is, and comes out again', async () => {
    await withPage({}, async (page) => {
      await page.goto(`${BASE}/q/${SCANNED}`);
      const stops = await page.locator('a[href], button, input:not([type=hidden]), select, summary').count();
      const order = [];
      for (let i = 0; i < stops; i++) {
        await page.keyboard.press('Tab');
        order.push(await page.evaluate(() => {
          const e = document.activeElement;
          const style = getComputedStyle(e);
          const box = e.getBoundingClientRect();
          const shown = box.width > 0 && box.right > 0 && box.bottom > 0;
          return { name: `${e.tagName} ${e.textContent.trim().slice(0, 12)}`, href: e.getAttribute('href'), visible: shown && (style.outlineStyle !== 'none' || style.boxShadow !== 'none') };
        }));
      }
      assert.match(order[0].href ?? '', /^#./, 'the skip link comes first');
      for (const stop of order) assert.ok(stop.visible, `focus on ${stop.name} can be seen`);
      assert.equal(new Set(order.map((s) => s.name + s.href)).size, stops, `every stop once: ${order.map((s) => s.name).join(', ')}`);
    });
  });
});

/** A failure whose words say everything: no stack. */
const plain = (what) => Object.assign(new Error(what), { stack: what });

describe('the usability gate', () => {
  const pages = [
    ['the first check', SCANNED, BUYER],
    ['a later check', SCANNED],
    ['a crowded code', CROWDED],
    ['a code not activated', CODES.inactive],
    ['a recalled batch', CODES.recalled],
    // Four more misses; with those above still fewer than the ten that would be slowed down.
    ['an unknown number', UNKNOWN],
  ];
  for (const [name, code, userAgent = newVisitor()] of pages) {
    test(name, async (t) => {
      for await (const { ok, what } of checkPage(browser, `${BASE}/q/${code}`, { userAgent })) await t.test(what, () => { if (!ok) throw plain(what); });
    });
  }
});
