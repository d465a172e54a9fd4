/**
 * The answers by which every implementation of the Savina programs is checked.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAnswer, expectedAnswer } from '../../../bench/savina/answers.js';
import { complement } from '../../../bench/savina/colour.js';
import { PARAMETERS, type Program } from '../../../bench/savina/parameters.js';
import { nextRandom, SavinaRandom } from '../../../bench/savina/savina-random.js';
import { busyWait, sine } from '../../../bench/savina/work.js';
import { hasBenchCode } from '../has-bench-code.js';

/** As an implementation in another language, written from the same rules, answered. */
const answeredElsewhere: Readonly<Record<Program, readonly number[]>> = {
  'ping-pong': [40_000, 40_000],
  counting: [1_000_000],
  'fork-join-throughput': [600_000],
  'fork-join-create': [40_000],
  'thread-ring': [100_001],
  chameneos: [400_000],
  big: [2_400_000, 2_400_000],
  'concurrent-dictionary': [200_000, 19_863, 6_277],
  'concurrent-sorted-list': [160_000, 16_173, 533_367_376],
  'bounded-buffer': [40_000, 40_000, -230_336_519_216.58746],
  'dining-philosophers': [200_000, 200_000],
  'sleeping-barber': [5_000, 5_000, 333_282_168],
  'cigarette-smokers': [1_000, 1_000, 32_612_392],
  'logistic-map': [6.38783514460412],
  'bank-transaction': [50_000, 1_000_000_000, 506_913_995_874],
};

for (const program of Object.keys(PARAMETERS) as Program[]) {
  test(`${program} has the answer that another implementation gives`, () => {
    checkAnswer(program, answeredElsewhere[program]);
  });

  test(`${program} is refused when its last number is off by a little`, () => {
    const answer = [...expectedAnswer(program)];
    answer[answer.length - 1] = answer.at(-1)! * (1 + 1e-6);
    assert.throws(() => checkAnswer(program, answer), hasBenchCode('ANSWER_WRONG'));
  });
}

test('an answer with a number missing is refused', () => {
  assert.throws(() => checkAnswer('big', [2_400_000]), hasBenchCode('ANSWER_WRONG'));
  assert.throws(() => checkAnswer('counting', []), hasBenchCode('ANSWER_WRONG'));
});

test('the generator is its own state and comes round after 65 536 values', () => {
  const random = new SavinaRandom(5);
  const seen = new Set<number>();
  for (let index = 0; index < 65_536; index++) seen.add(random.next());
  assert.equal(seen.size, 65_536);
  assert.equal(Math.max(...seen), 65_535);
  assert.equal(new SavinaRandom(5).next(), nextRandom(5));
  assert.equal(new SavinaRandom(5).below(100), nextRandom(5) % 100);
});

test('a busy wait takes exactly its steps, and a sine is never folded to one value', () => {
  assert.equal(busyWait(0), 74_755);
  assert.equal(busyWait(2), nextRandom(nextRandom(74_755)));
  assert.notEqual(sine(0), sine(1));
});

test('two chameneos of one colour keep it, two different ones take the third', () => {
  assert.equal(complement('red', 'red'), 'red');
  assert.equal(complement('red', 'blue'), 'yellow');
  assert.equal(complement('yellow', 'red'), 'blue');
  assert.equal(complement('blue', 'yellow'), 'red');
});
