/**
 * A process that takes data in and derives is killed again and again, at instants drawn from a seed; what it had
 * acknowledged must be there once, what was never sent must not.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CRASH_HOSTS, type CrashState } from '../../support/entity-crash-child.js';
import { drawn, runKilled, splitLine } from '../../support/killed-child.js';

const CHILD = fileURLToPath(new URL('../../support/entity-crash-child.js', import.meta.url));
const ROUND_MS_MAX = 60_000;
/** A killed process has lived for this long at most after it had opened the folder. */
const LIFE_MS = 160;
const NUMBERS_PER_ROUND = 100_000;

/** What all children together have been told, and have told. */
class Accounts {
  readonly sent = new Set<number>();
  readonly stored = new Set<number>();
  states = 0;

  hear(line: string): void {
    const [word, rest] = splitLine(line);
    if (word === 'sent') this.sent.add(Number(rest));
    if (word === 'stored' || word === 'awaited') this.stored.add(Number(rest));
    if (word === 'state') this.check(JSON.parse(rest) as CrashState);
  }

  /** Nothing of this run has been sent yet when a state is told. */
  check({ values, findings, letters }: CrashState): void {
    this.states++;
    assert.deepEqual(findings, []);
    assert.deepEqual(letters, []);
    for (const [eid, held] of Object.entries(values)) {
      const once = new Set(held);
      assert.equal(once.size, held.length, `each value of ${eid} once`);
      for (const value of held) assert.ok(this.sent.has(value), `${value} of ${eid} was sent`);
    }
    const of = (eid: string): Set<number> => new Set(values[eid]);
    const hosts = Array.from({ length: CRASH_HOSTS }, (_, host) => of(`h${host}`));
    const users = Array.from({ length: CRASH_HOSTS }, (_, host) => of(`u-h${host}`));
    for (const n of this.stored) {
      assert.ok(hosts[n % CRASH_HOSTS]!.has(n), `${n} at its host`);
      assert.ok(users[n % CRASH_HOSTS]!.has(n), `${n} at its user`);
    }
    assert.deepEqual(hosts, users);
  }
}

async function killAgain(rounds: number, durability: string, seed: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'troupe-crash-'));
  const accounts = new Accounts();
  const draw = drawn(seed);
  try {
    for (let round = 1; round <= rounds; round++) {
      const words = [dir, String(round * NUMBERS_PER_ROUND), durability];
      const lifeMs = Math.floor(draw.next().value * LIFE_MS);
      await runKilled({
        program: CHILD,
        words,
        hear: (line) => accounts.hear(line),
        killAfter: (line) => (line === 'open' ? lifeMs : undefined),
      });
    }
    const words = [dir, 'check', durability];
    await runKilled({ program: CHILD, words, hear: (line) => accounts.hear(line) });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  assert.ok(accounts.states > 0 && accounts.stored.size > rounds / 4);
}

describe('a task that takes the process along', () => {
  it('is passed when that has happened three times, and what came after it is applied', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'troupe-crash-'));
    const lines: string[] = [];
    const run = async (): Promise<string | null> => {
      const child = spawn(
        process.execPath,
        [CHILD, dir, lines.length === 0 ? '13' : 'check', 'os', 'slay', '3'],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
          timeout: ROUND_MS_MAX,
          killSignal: 'SIGTERM',
        },
      );
      const ended = new Promise<string | null>((resolve) =>
        child.once('close', (_code, signal) => resolve(signal)),
      );
      for await (const line of createInterface({ input: child.stdout })) lines.push(line);
      return ended;
    };
    try {
      for (let death = 1; death <= 3; death++)
        assert.equal(await run(), 'SIGKILL', `death ${death}`);
      assert.equal(await run(), null);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
    const state = JSON.parse(lines.at(-1)!.slice('state '.length)) as CrashState;
    assert.deepEqual(state.letters, ['poison']);
    assert.deepEqual(state.findings, []);
    assert.deepEqual(state.values.h3, []);
  });
});

describe('after SIGKILL at any instant', { concurrency: 2 }, () => {
  const rounds = Number(process.env.TROUPE_CRASH_ROUNDS ?? 100);

  it('everything acknowledged has its effect once, and nothing else has', () =>
    killAgain(rounds, 'os', 4_711));

  it('the same with every commit flushed to the disk', () => killAgain(rounds, 'fsync', 42));
});
