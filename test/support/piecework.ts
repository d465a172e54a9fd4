/**
 * Work that is done piece by piece, each piece a commit: a delete of an entity to which many link, and the refresh of all
 * entities of a type. A stage that does few at a time, and a process at it that is killed in the middle.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { StageOptions } from './entity-stage.js';

export type Piecework = 'delete' | 'refresh';

export const HUB = 'hub';

/** Ids of those that link to it, or are refreshed. */
export const SPOKES: readonly string[] = Array.from({ length: 400 }, (_, i) => `spoke${i}`);

/** How many are done in one commit. */
export const PIECE = 2;

const LIMITS = { unlinksAtOnce: PIECE, refreshedAtOnce: PIECE };

export const STAGES: Readonly<Record<Piecework, StageOptions>> = {
  delete: { partitions: 4, limits: LIMITS },
  refresh: { partitions: 4, limits: LIMITS, hooks: ['create'] },
};

/** The data-point by which a host links to the hub. */
export function linking(id: string): object {
  return { type: 'host', id, attr: 'peer', v: { eid: HUB } };
}

const CHILD = fileURLToPath(new URL('piecework-child.js', import.meta.url));
const CHILD_MS_MAX = 60_000;
/** A fifth each, and some that came before anything was done. */
const KILLS_MAX = 50;

/**
 * Begins the work in the folder and goes on with it after a kill, until nothing is left: killed as soon as it has been
 * answered, then whenever a fifth has been done since. Answers how often it was killed in the middle.
 */
export async function killInTheMiddle(dir: string, work: Piecework): Promise<number> {
  let kills = 0;
  let left = await live([dir, work, 'fill'], SPOKES.length);
  for (; left > 0; kills++) {
    assert.ok(kills < KILLS_MAX, `${left} left after ${kills} kills`);
    left = await live([dir, work], left);
  }
  return kills;
}

async function live(words: readonly string[], before: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: CHILD_MS_MAX,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<unknown>((resolve) =>
    child.once('close', (_code, signal) => resolve(signal)),
  );
  let left = before;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'answered') left = Number(line.slice('left '.length));
    const isMiddle = left > 0 && before - left > SPOKES.length / 5;
    if (line === 'answered' || isMiddle) child.kill('SIGKILL');
  }
  const signal = await ended;
  assert.ok(left === 0 || signal === 'SIGKILL', `expected ${left} to be done, or a kill`);
  return left;
}
