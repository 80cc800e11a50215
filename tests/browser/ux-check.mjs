// The usability gate for a public page: weight, size of text and targets, zoom, no script, axe, a slow line.
//   BASE=http://127.0.0.1:8080 PATHS=q/AAA,q/BBB node ux-check.mjs
// As a module: `for await (const { ok, what } of checkPage(browser, url)) …`
import { pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { launch } from './support.mjs';

/** ux: a page of a few kilobytes that a 70-year-old reads on an old phone. */
const LIMIT = { bytes: 14_336, requests: 3, textPx: 18, targetPx: 44, foldPx: 640, slowMs: 2_500 };
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Yields one `{ ok, what }` per check. `userAgent` decides which visitor looks. */
export async function* checkPage(browser, url, { userAgent } = {}) {
  yield* phone(browser, url, userAgent);
  yield* withoutScript(browser, url, userAgent);
  yield* largeText(browser, url, userAgent);
  yield* slowLine(browser, url, userAgent);
}

async function* phone(browser, url, userAgent) {
  const context = await browser.newContext({ viewport: { width: 360, height: 640 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true, locale: 'zh-CN', userAgent });
  try {
    const page = await context.newPage();
    const errors = [];
    // The browser also calls a page's own 404 an error; its status is not this check's business.
    page.on('console', (m) => m.type() === 'error' && !(m.location().url === url && /the server responded with a status/.test(m.text())) && errors.push(m.text()));
    page.on('pageerror', (e) => errors.push(e.message));
    const wire = await countTraffic(context, page, new URL(url).origin);
    await page.goto(url, { waitUntil: 'networkidle' });
    const seen = await page.evaluate(look, LIMIT.targetPx);

    yield { ok: wire.bytes <= LIMIT.bytes, what: `transfer ${wire.bytes} B <= ${LIMIT.bytes}` };
    yield { ok: wire.requests <= LIMIT.requests, what: `requests ${wire.requests} <= ${LIMIT.requests}` };
    yield { ok: wire.foreign.length === 0, what: `requests to other hosts: ${list(wire.foreign)}` };
    yield { ok: !seen.overflow, what: 'no sideways scroll at 360 px' };
    yield { ok: seen.small.length === 0, what: `touch targets >= ${LIMIT.targetPx} px, smaller: ${list(seen.small)}` };
    yield { ok: seen.textPx >= LIMIT.textPx, what: `smallest text ${seen.textPx} px >= ${LIMIT.textPx}` };
    yield { ok: seen.fold > 0 && seen.fold <= LIMIT.foldPx, what: `verdict ends at y=${seen.fold}, within ${LIMIT.foldPx}` };
    yield { ok: /^(zh|en)/.test(seen.lang), what: `html lang ${seen.lang}` };
    yield { ok: seen.h1 === 1, what: `one h1, found ${seen.h1}` };
    yield { ok: seen.zoom, what: 'zoom not disabled' };
    yield { ok: !/正品|保真|绝对|100%真/.test(seen.text), what: 'no unconditional claim of authenticity' };
    yield { ok: errors.length === 0, what: `console and CSP errors: ${list(errors)}` };
    yield { ok: seen.cookie === '', what: 'no cookie readable by script' };

    const axe = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
    const ids = (found) => list(found.map((v) => `${v.id} ${v.nodes.map((n) => n.target).join(' ')}`));
    yield { ok: axe.violations.length === 0, what: `axe: ${ids(axe.violations)} (to review by hand: ${list(axe.incomplete.map((v) => v.id))})` };

    await page.keyboard.press('Tab');
    yield { ok: await page.evaluate(() => document.activeElement.tagName === 'A'), what: 'the first Tab reaches a link (skip link)' };
  } finally {
    await context.close();
  }
}

/** Counts what comes over the wire, `data:` left out. */
async function countTraffic(context, page, origin) {
  const wire = { bytes: 0, requests: 0, foreign: [] };
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  cdp.on('Network.requestWillBeSent', ({ request }) => {
    if (request.url.startsWith('data:')) return;
    wire.requests++;
    if (!request.url.startsWith(origin)) wire.foreign.push(request.url);
  });
  cdp.on('Network.loadingFinished', (e) => { wire.bytes += e.encodedDataLength; });
  return wire;
}

/** Runs in the page. */
function look(targetPx) {
  const root = document.documentElement;
  const small = [];
  for (const e of document.querySelectorAll('a,button,input:not([type=hidden]),select,summary')) {
    const box = e.getBoundingClientRect();
    const shown = box.width && box.height && box.right > 0;
    if (shown && (box.height < targetPx || box.width < targetPx)) small.push(`${(e.textContent || e.name || '').trim().slice(0, 8)} ${Math.round(box.width)}x${Math.round(box.height)}`);
  }
  let textPx = 99;
  for (const e of document.querySelectorAll('p,dd,dt,li,a,label,summary')) textPx = Math.min(textPx, parseFloat(getComputedStyle(e).fontSize));
  const verdict = document.querySelector('[role=status],[role=alert]');
  const viewport = document.querySelector('meta[name=viewport]')?.content ?? '';
  return {
    overflow: root.scrollWidth > root.clientWidth,
    small,
    textPx,
    fold: verdict ? Math.round(verdict.getBoundingClientRect().bottom) : -1,
    lang: root.lang,
    h1: document.querySelectorAll('h1').length,
    zoom: !/user-scalable\s*=\s*(no|0)|maximum-scale\s*=\s*1(\D|$)/.test(viewport),
    text: document.body.innerText,
    cookie: document.cookie,
  };
}

async function* withoutScript(browser, url, userAgent) {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 640 }, userAgent });
  try {
    const page = await context.newPage();
    await page.goto(url);
    yield { ok: (await page.locator('h1').innerText()).length > 4, what: 'without script: the verdict is there' };
    if (await page.locator('summary').count()) {
      await page.locator('summary').first().click();
      yield { ok: await page.locator('details').first().evaluate((e) => e.open), what: 'without script: details open' };
    }
  } finally {
    await context.close();
  }
}

async function* largeText(browser, url, userAgent) {
  const context = await browser.newContext({ viewport: { width: 320, height: 640 }, bypassCSP: true, userAgent });
  try {
    const page = await context.newPage();
    await page.goto(url);
    // The page's own 112.5 % doubled.
    await page.addStyleTag({ content: 'html{font-size:225%!important}' });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    yield { ok: !overflow, what: '200 % text at 320 px: no sideways scroll' };
  } finally {
    await context.close();
  }
}

async function* slowLine(browser, url, userAgent) {
  const context = await browser.newContext({ viewport: { width: 360, height: 640 }, userAgent });
  try {
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 400, downloadThroughput: 50 * 1024, uploadThroughput: 20 * 1024 });
    const start = performance.now();
    await page.goto(url, { waitUntil: 'domcontentloaded' });
    const ms = Math.round(performance.now() - start);
    yield { ok: ms <= LIMIT.slowMs, what: `400 ms and 400 kbit/s: usable in ${ms} ms, limit ${LIMIT.slowMs}` };
  } finally {
    await context.close();
  }
}

const list = (items) => (items.length ? items.join(', ') : 'none');

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const base = process.env.BASE || 'http://127.0.0.1:8080';
  const paths = (process.env.PATHS || '').split(',').filter(Boolean);
  if (!paths.length) {
    console.error('PATHS names no page: BASE=http://127.0.0.1:8080 PATHS=q/AAA,q/BBB node ux-check.mjs');
    process.exit(2);
  }
  const browser = await launch();
  let failed = 0;
  for (const path of paths) {
    console.log(`${base}/${path}`);
    for await (const { ok, what } of checkPage(browser, `${base}/${path}`)) {
      if (!ok) failed++;
      console.log(`${ok ? '  pass' : '  FAIL'} ${what}`);
    }
  }
  await browser.close();
  console.log(failed ? `${failed} FAILED` : 'all passed');
  process.exitCode = failed ? 1 : 0;
}
