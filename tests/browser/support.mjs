// What the browser tests share: the demo's address and codes, visitors, a code's check character, an old browser's view of a stylesheet.
import { chromium } from 'playwright-core';

/** Where the demo answers, without a slash at the end. */
export const BASE = (process.env.BASE ?? '').replace(/\/$/, '');
/** The demo's codes: `ready` (active, never scanned), `inactive`, `recalled`. */
export const CODES = readCodes(process.env.CODES);

function readCodes(json) {
  if (!json) return null;
  const { ready, ok, inactive, recalled } = JSON.parse(json);
  return { ready: [ready ?? ok ?? []].flat(), inactive, recalled };
}

/** Says what is missing when somebody runs these tests by hand. */
export function requireDemo() {
  if (!BASE || !CODES) throw new Error('BASE and CODES are not set: run `tests/run browser`, or `tests/run with-demo node --test tests/browser/`');
  if (CODES.ready.length < 3 || !CODES.inactive || !CODES.recalled) {
    throw new Error(`three ready codes, an inactive and a recalled one are needed, CODES has ${JSON.stringify(CODES)}`);
  }
}

/** Chromium without a network of its own. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROME || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

const ANDROID = 'Mozilla/5.0 (Linux; Android 12; V2199A) AppleWebKit/537.36 (KHTML, like Gecko)';
/** A visitor nobody else is: a visitor is an address and a user agent. */
let visitors = 0;
export const newVisitor = () => `${ANDROID} Chrome/${100 + visitors++}.0.4896.127 Mobile Safari/537.36`;

export const IN_APP = {
  'WeChat on Android': `${ANDROID} Version/4.0 Chrome/86.0.4240.99 XWEB/4317 MMWEBSDK/20220903 Mobile Safari/537.36 MMWEBID/3057 MicroMessenger/8.0.28.2240(0x28001C35) WeChat/arm64 Weixin NetType/4G Language/zh_CN ABI/arm64`,
  'WeChat on iOS': 'Mozilla/5.0 (iPhone; CPU iPhone OS 15_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.29(0x18001d2f) NetType/WIFI Language/zh_CN',
  Alipay: `${ANDROID} Version/4.0 Chrome/69.0.3497.100 UWS/3.22.2.28 Mobile Safari/537.36 UCBS/3.22.2.28 NebulaSDK/1.8.100112 Nebula AlipayDefined(nt:WIFI,ws:360|0|3.0) AliApp(AP/10.3.0.8000) AlipayClient/10.3.0.8000 Language/zh-Hans`,
};

export const CRAWLERS = [
  'Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
];

/** One request as a browser would make it, redirects not followed. */
export function ask(path, { as = newVisitor(), accept = 'text/html', method = 'GET' } = {}) {
  const headers = { 'user-agent': as, accept, 'accept-language': 'zh-CN' };
  return fetch(new URL(path, BASE), { method, headers, redirect: 'manual' });
}

/** What a page says: its heading, title and text without tags. */
export async function read(response) {
  const html = await response.text();
  const inner = (tag) => strip(html.match(new RegExp(`<${tag}[ >][^]*?</${tag}>`))?.[0] ?? '');
  return { status: response.status, headers: response.headers, html, h1: inner('h1'), title: inner('title'), text: strip(html.replace(/<(style|title)[^]*?<\/\1>/g, '')) };
}
const strip = (html) => html.replace(/<[^>]*>/g, ' ').replace(/&quot;/g, '"').replace(/&#3[49];/g, '\'').replace(/&amp;/g, '&').replace(/\s+/g, ' ').trim();

/** Scans the printed URL and follows it to the page, like a phone's camera. */
export async function scan(code, as = newVisitor()) {
  const first = await ask(`/Q/${code}`, { as });
  const to = first.headers.get('location');
  if (first.status !== 303 || !to) throw new Error(`/Q/${code} answered ${first.status} ${to ?? 'without a place to go'}, not 303`);
  return { redirect: first, path: new URL(to, BASE).pathname, ...(await read(await ask(to, { as }))) };
}

/** Scans and takes the verdict as JSON at once. */
export async function verdict(code, as = newVisitor()) {
  const response = await ask(`/Q/${code}`, { as, accept: 'application/json' });
  return { status: response.status, ...(await response.json()) };
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The twentieth character: over GF(2)[x]/(x^5+x^2+1) the sum of alpha^i times the i-th value is zero. */
export function checkCharacter(nineteen) {
  const times = (value) => (value << 1) ^ (value & 16 ? 0b100101 : 0);
  const power = (value, n) => { for (let i = 0; i < n; i++) value = times(value); return value; };
  const sum = [...nineteen].reduce((all, c, i) => all ^ power(ALPHABET.indexOf(c), i), 0);
  return ALPHABET[power(sum, 31 - 19)];
}

/** A code of the right form that nobody was given. */
export function unknownCode() {
  const random = Array.from({ length: 18 }, () => ALPHABET[Math.floor(Math.random() * 32)]).join('');
  return `0${random}${checkCharacter(`0${random}`)}`;
}

/** The same code with one character typed wrong. */
export function mistyped(code) {
  const other = ALPHABET[(ALPHABET.indexOf(code[8]) + 1) % 32];
  return code.slice(0, 8) + other + code.slice(9);
}

/** A stylesheet as a browser of 2018 reads it: rules with selectors, layers or gaps it does not know are gone. */
export function asOldBrowser(sheet) {
  const css = sheet.replace(/\/\*[^]*?\*\//g, '');
  const unknown = /:where|:is\(|:has|@layer|(^|[\s;{])(row-|column-)?gap\s*:/;
  let out = '';
  let at = 0;
  while (at < css.length) {
    const open = css.indexOf('{', at);
    if (open < 0) return out + css.slice(at);
    let depth = 1;
    let end = open + 1;
    for (; end < css.length && depth > 0; end++) depth += css[end] === '{' ? 1 : css[end] === '}' ? -1 : 0;
    const head = css.slice(at, open);
    const body = css.slice(open + 1, end - 1);
    if (/@(media|supports)/.test(head)) out += `${head}{${asOldBrowser(body)}}`;
    else if (!unknown.test(head) && !unknown.test(body)) out += css.slice(at, end);
    at = end;
  }
  return out;
}
