/**
 * A process that takes data in while it reads along is killed again and again, at instants drawn from a seed; each time the
 * reader goes on from the last cursor that was heard. What all readings were told together is what happened, once.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Told, ToldState } from '../../support/change-crash-child.js';
import { drawn, runKilled, splitLine } from '../../support/killed-child.js';

const CHILD = fileURLToPath(new URL('../../support/change-crash-child.js', import.meta.url));
/** A killed process has said so many lines at most since it had opened the folder: however slow the machine, it did something. */
const LINES_MAX = 120;
const NUMBERS_PER_ROUND = 100_000;

/** What all children together have sent, were acknowledged, and were told. */
class Accounts {
  readonly sent = new Set<string>();
  readonly stored = new Set<string>();
  /** Entity -> position of the change that made it. */
  readonly told = new Map<string, string>();
  readonly positions = new Set<string>();
  cursor = 'start';
  state: ToldState | undefined;

  hear(line: string): void {
    const [word, rest] = splitLine(line);
    if (word === 'sent') this.sent.add(`h${rest}`).add(`u-h${rest}`);
    if (word === 'stored') this.stored.add(`h${rest}`).add(`u-h${rest}`);
    if (word === 'told') this.hearTold(JSON.parse(rest) as Told);
    if (word === 'state') this.state = JSON.parse(rest) as ToldState;
  }

  hearTold({ cursor, items }: Told): void {
    this.cursor = cursor;
    for (const item of items) {
      assert(typeof item !== 'number', `no gap, got one of ${item}`);
      const [position, eid] = item;
      assert.ok(this.sent.has(eid), `${eid} was sent`);
      assert.equal(this.told.get(eid), undefined, `${eid} is told once`);
      assert.ok(!this.positions.has(position), `${position} is told once`);
      this.positions.add(position);
      this.told.set(eid, position);
    }
  }
}

async function killAgain(rounds: number, durability: string, seed: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'troupe-changes-'));
  const accounts = new Accounts();
  const draw = drawn(seed);
  try {
    for (let round = 1; round <= rounds; round++) {
      const words = [dir, String(round * NUMBERS_PER_ROUND), durability, accounts.cursor];
      let left = Math.floor(draw.next().value * LINES_MAX);
      await runKilled({
        program: CHILD,
        words,
        hear: (line) => accounts.hear(line),
        killAfter: () => (left-- === 0 ? 0 : undefined),
      });
    }
    const words = [dir, 'check', durability, accounts.cursor];
    await runKilled({ program: CHILD, words, hear: (line) => accounts.hear(line) });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  const { stored, told, state } = accounts;
  assert.ok(stored.size > rounds / 4, `${stored.size} stored`);
  for (const eid of stored) assert.ok(told.has(eid), `${eid} is told`);
  const eids = [...told.keys()];
  assert.deepEqual(state, {
    hosts: eids.filter((eid) => eid.startsWith('h')).length,
    users: eids.filter((eid) => eid.startsWith('u-')).length,
    findings: [],
  });
}

describe('after SIGKILL at any instant', { concurrency: 2 }, () => {
  const rounds = Number(process.env.TROUPE_CRASH_ROUNDS ?? 20);

  it('a reader that goes on from its cursor is told of everything once', () =>
    killAgain(rounds, 'os', 815));

  it('the same with every commit flushed to the disk', () => killAgain(rounds, 'fsync', 31));
});
