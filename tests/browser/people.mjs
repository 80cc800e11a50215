// What the stories of the workspaces share: who is signed in where, and what every page of a story must be.
import assert from 'node:assert/strict';
import { BASE, launch } from './support.mjs';

export const PASSWORD = process.env.PASSWORD;
if (!BASE || !PASSWORD) throw new Error('BASE and PASSWORD are not set: run `tests/run browser`');

/** A phone and a desk, each with script and without. */
export const SEATS = [360, 1280].flatMap((width) => [true, false].map((script) => ({ width, script, name: `${width} px ${script ? 'with' : 'without'} script` })));

/** What nobody else of these stories is called. */
let told = 0;
const run = Date.now().toString(36).slice(-5);
export const fresh = (word) => `${word}${run}${told++}`;

/** A browser in which each account signs in once, whatever number of pages it opens. */
export async function house() {
  const browser = await launch();
  const signedIn = new Map();
  const seat = async ({ width, script }, account, password = PASSWORD) => {
    if (account && !signedIn.has(account)) signedIn.set(account, signIn(browser, account, password));
    const storageState = account ? await signedIn.get(account) : undefined;
    const context = await browser.newContext({ viewport: { width, height: 800 }, locale: 'zh-CN', javaScriptEnabled: script, storageState });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    return Object.assign(page, { width, script });
  };
  return { seat, close: () => browser.close() };
}

async function signIn(browser, account, password) {
  const context = await browser.newContext({ locale: 'zh-CN', javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${BASE}/login`);
  await page.fill('[name=account]', account);
  await page.fill('[name=password]', password);
  await Promise.all([page.waitForURL(/\/work/), page.click('form[action^="/login"] button')]);
  const state = await context.storageState();
  await context.close();
  return state;
}

/** Opens a page of ours, which must answer. */
export async function open(page, path, status = 200) {
  const answer = await page.goto(path.startsWith('http') ? path : `${BASE}${path}`);
  assert.equal(answer.status(), status, path);
  return page;
}

/** Nothing sticks out at the side; without script it is read off the boxes of what can be pressed. */
export async function fits(page) {
  if (page.script) {
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(over <= 0, `${page.url()} is ${over} px too wide for ${page.width}`);
  }
  for (const button of await page.locator('main form button:visible').all()) {
    const box = await button.boundingBox();
    assert.ok(box.height >= 43.5 && box.x >= 0 && box.x + box.width <= page.width, `${page.url()} ${await button.textContent()}: ${JSON.stringify(box)}`);
  }
}

/** Presses the button of the form that posts to `action` (its end), unfolding what it lies in; everything in `fields` is filled in first. */
export async function send(page, action, fields = {}, { fails = false } = {}) {
  const form = page.locator(`form[action*="${action}"]`).first();
  await form.waitFor({ state: 'attached' });
  for (const fold of await page.locator('details', { has: form }).all()) {
    if ((await fold.getAttribute('open')) === null) await fold.locator('> summary').click();
  }
  for (const fold of await form.locator('details:not([open]) > summary').all()) await fold.click();
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`).first();
    const kind = await field.evaluate((e) => (e.tagName === 'SELECT' ? 'select' : e.type));
    if (value && typeof value === 'object') await field.setInputFiles(value);
    else if (kind === 'select') await field.selectOption(value);
    else if (kind === 'radio') await form.locator(`[name="${name}"][value="${value}"]`).check();
    else if (kind === 'checkbox') await field.setChecked(Boolean(value));
    else await field.fill(String(value));
  }
  const [answer] = await Promise.all([
    page.waitForResponse((r) => r.request().isNavigationRequest() && r.status() !== 303),
    form.locator('button:visible').first().click(),
  ]);
  await page.waitForLoadState();
  if (fails) assert.ok(answer.status() >= 400 && answer.status() < 500, `${action} was let through: ${answer.status()}`);
  else if (fails === false) assert.ok(answer.status() < 400, `${action}: ${answer.status()} ${await page.locator('.errors').allInnerTexts()}`);
  return answer;
}

/** What the page says. */
export const text = (page, where = 'main') => page.locator(where).first().innerText();

/** The page says all of this. */
export async function says(page, ...words) {
  const said = await text(page);
  for (const word of words) assert.ok(word instanceof RegExp ? word.test(said) : said.includes(word), `${page.url()} does not say ${word}: ${said.slice(0, 240)}`);
}

/** A file that a link or a form gives. */
export async function downloaded(page, press) {
  const [file] = await Promise.all([page.waitForEvent('download'), press()]);
  const chunks = [];
  for await (const chunk of await file.createReadStream()) chunks.push(chunk);
  return { name: file.suggestedFilename(), bytes: Buffer.concat(chunks) };
}

/** The value of the choice whose words match `words`. */
export async function choice(page, select, words) {
  const value = await page.locator(select).first().evaluate((e, words) => [...e.options].find((o) => new RegExp(words).test(o.text))?.value ?? '', words);
  assert.ok(value, `${select} offers nothing like ${words}`);
  return value;
}
