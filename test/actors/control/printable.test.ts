import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { harmless, printable, printableLines } from '../../../actors/control/cli/printable.js';
import { cellOf } from '../../../actors/control/cli/show.js';

/** ESC, BEL, an 8-bit CSI, DEL, a right-to-left override, an isolate, a line separator. */
const HOSTILE = '\x1b]0;owned\x07\x9b2J\x7f\u202eevil\u2066\u2028\r\x1b[8m';
const STEERING = /[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

test('what would steer a terminal is spelt out', () => {
  assert.equal(printable('a\x1b[31mb\n\u009bc\u202e'), 'a\\u001b[31mb\\u000a\\u009bc\\u202e');
  assert.equal(printable('žluťoučký 日本語 👍🏽'), 'žluťoučký 日本語 👍🏽');
  assert.equal(printableLines('a\nb\x1b'), 'a\nb\\u001b');
  assert.doesNotMatch(cellOf({ [HOSTILE]: HOSTILE }) + cellOf(HOSTILE), STEERING);
});

test('the last look leaves colours and lines, and nothing else that steers', () => {
  assert.equal(harmless('\x1b[1;31mred\x1b[39m\nnext'), '\x1b[1;31mred\x1b[39m\nnext');
  assert.equal(harmless('\x1b[2J\x07[31m\x9b31m'), '\\u001b[2J\\u0007[31m\\u009b31m');
});

test('whatever the text, nothing steers, and JSON keeps its meaning', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
      assert.doesNotMatch(printable(one + HOSTILE + other), STEERING);
      const json = JSON.stringify({ [one]: other + HOSTILE });
      const printed = harmless(json);
      assert.doesNotMatch(printed, STEERING);
      assert.deepEqual(JSON.parse(printed), JSON.parse(json));
    }),
  );
});
