/**
 * A program that says what it does, line by line, and is killed when it has said enough: what crash tests have in common.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const LIFE_MS_MAX = 60_000;

export interface KilledChild {
  /** File of the program, and what it is given. */
  readonly program: string;
  readonly words: readonly string[];
  readonly hear: (line: string) => void;
  /** In how many ms it is to be killed, once it has said that line; undefined: not for that. Absent: it ends by itself. */
  readonly killAfter?: ((line: string) => number | undefined) | undefined;
}

/** Resolves when it has ended as it was to: killed, or by itself. */
export async function runKilled({ program, words, hear, killAfter }: KilledChild): Promise<void> {
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let trouble = '';
  child.stderr.on('data', (text: Buffer) => {
    trouble += text.toString();
  });
  const late = setTimeout(() => child.kill('SIGKILL'), LIFE_MS_MAX);
  let wasKilled = false;
  const kill = (): void => {
    wasKilled = true;
    child.kill('SIGKILL');
  };
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      hear(line);
      const ms = killAfter?.(line);
      if (ms === 0) kill();
      else if (ms !== undefined) setTimeout(kill, ms);
    }
    await ended;
    assert.equal(wasKilled, killAfter !== undefined, `expected no other end, got ${trouble}`);
  } finally {
    clearTimeout(late);
    child.kill('SIGKILL');
    await ended;
  }
}

/** Word and rest of a line. */
export function splitLine(line: string): readonly [word: string, rest: string] {
  const at = line.indexOf(' ');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}

/** Numbers below 1 from a seed; the same each time. */
export function* drawn(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 0x1_0000_0000;
  }
}
