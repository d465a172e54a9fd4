/**
 * A process that gives its modules new code while data comes in is killed over it, at each step of the roll: what it had
 * acknowledged has its effect once, what was never sent has none, and the next process runs the code that is in the files.
 * Runs on: main, with processes of its own.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { drawn, runKilled, splitLine } from '../../support/killed-child.js';
import { ROLL_HOSTS, type RollState } from '../../support/replace-crash-child.js';

const CHILD = fileURLToPath(new URL('../../support/replace-crash-child.js', import.meta.url));
const NUMBERS_PER_LIFE = 100_000;
/** A killed process lives for this long at most after the step. */
const LIFE_MS = 40;
/** What a process says first of the step: the check, a fresh thread's modules, a thread that is replaced, the end. */
const STEPS = ['rolling', 'starting', 'replaced', 'replaced', 'rolled'] as const;

/** What all processes together have sent, and been told is stored. */
class Accounts {
  readonly sent = new Set<number>();
  readonly stored = new Set<number>();
  states = 0;

  hear(line: string): void {
    const [word, rest] = splitLine(line);
    if (word === 'sent') this.sent.add(Number(rest));
    if (word === 'stored') this.stored.add(Number(rest));
    if (word === 'state') this.check(JSON.parse(rest) as RollState);
  }

  /** Nothing of this process has been sent yet when a state is told, but by a check. */
  check({ hits, copies, findings, letters }: RollState): void {
    this.states++;
    assert.deepEqual({ findings, letters }, { findings: [], letters: [] });
    const held = Object.values(hits).flat();
    assert.equal(new Set(held).size, held.length, 'each number once');
    for (const n of held) assert.ok(n < 0 || this.sent.has(n), `${n} was sent`);
    for (const n of this.stored)
      assert.ok(hits[`h${n % ROLL_HOSTS}`]?.includes(n), `${n} is there`);
    for (const [id, numbers] of Object.entries(hits))
      assert.deepEqual(sorted(copies[id] ?? []), sorted(numbers), `what was derived of ${id}`);
  }
}

function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((one, other) => one - other);
}

test('killed at any step of a roll, all that was acknowledged has its effect once, and the code in the files runs', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'troupe-roll-'));
  const accounts = new Accounts();
  const draw = drawn(97);
  try {
    for (const [life, step] of STEPS.entries()) {
      const first = (life + 1) * NUMBERS_PER_LIFE;
      const lifeMs = Math.floor(draw.next().value * LIFE_MS);
      // The second thread, where the step is there twice.
      let passed = STEPS.slice(0, life).includes(step) ? 1 : 0;
      let isRolling = false;
      await runKilled({
        program: CHILD,
        words: [dir, String(first)],
        hear: (line) => accounts.hear(line),
        killAfter: (line) => {
          const [word] = splitLine(line);
          isRolling ||= word === 'rolling';
          return isRolling && word === step && passed-- === 0 ? lifeMs : undefined;
        },
      });
    }
    let last: RollState | undefined;
    await runKilled({
      program: CHILD,
      words: [dir, 'check'],
      hear: (line) => {
        accounts.hear(line);
        const [word, rest] = splitLine(line);
        if (word === 'state') last = JSON.parse(rest) as RollState;
      },
    });
    assert.ok(last !== undefined && accounts.stored.size > 0);
    assert.deepEqual(new Set(last.marks), new Set([last.code]));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  assert.equal(accounts.states, STEPS.length + 1);
});
