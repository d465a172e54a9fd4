/**
 * Programs that are measured in a process of their own, since nothing else may be in its memory. Such a program prints its
 * figures as JSON in its last line.
 * Runs on: main.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BenchError } from '../bench-error.js';

const CHILD_MS_MAX = 3_600_000;

/** Runs a program with node and resolves to its figures. Rejects PEER_FAILED with what it wrote. */
export async function figuresOf<T>(program: URL, ...args: readonly string[]): Promise<T> {
  const path = fileURLToPath(program);
  try {
    const options = { timeout: CHILD_MS_MAX };
    const all = ['--expose-gc', path, ...args];
    const { stdout } = await promisify(execFile)(process.execPath, all, options);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    throw new BenchError('PEER_FAILED', `${path}: expected figures, got ${text}`, thrown);
  }
}
