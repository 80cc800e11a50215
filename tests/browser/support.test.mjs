// The tests' own tools, so that a mistake in them is not taken for one of the pages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asOldBrowser, checkCharacter, mistyped, unknownCode } from './support.mjs';

test('the check character agrees with the vectors', () => {
  const vectors = { '0123456789ABCDEFGHJ': 'W', ZZZZZZZZZZZZZZZZZZZ: 'C', '0000000000000000000': '0', '1000000000000000000': 'E', '000001EF97BFEGX7N3Q': 'X', '0K7M3Q250FT3BCKBFGH': 'E' };
  for (const [body, check] of Object.entries(vectors)) assert.equal(checkCharacter(body), check, body);
});

test('an unknown code has the right form and a mistyped one has not', () => {
  const code = unknownCode();
  assert.match(code, /^0[0-9A-HJKMNP-TV-Z]{19}$/);
  assert.equal(checkCharacter(code.slice(0, 19)), code[19]);
  const wrong = mistyped(code);
  assert.equal(wrong.length, 20);
  assert.notEqual(checkCharacter(wrong.slice(0, 19)), wrong[19]);
});

test('an old browser drops what it does not know and keeps the rest', () => {
  const css = '/* no :has here */a{color:red}.x:where(.y){top:0}p{display:flex;gap:1rem}@media print{b{left:0}i:has(b){right:0}}@layer base{u{top:1px}}s{margin:0}';
  assert.equal(asOldBrowser(css), 'a{color:red}@media print{b{left:0}}s{margin:0}');
});
