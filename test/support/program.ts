/**
 * A compiled program of this project run as a process of its own, as a person would from a shell: no terminal, no input.
 * Runs on: main.
 */
import { type ChildProcess, execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How a program ended and what it printed. */
export interface Ended {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const PROGRAM_MS_MAX = 120_000;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Runs `source` (a path from the root, ending in .ts) from the build this test runs in. `onStart` gets the process. */
export function runProgram(
  source: string,
  words: readonly string[] = [],
  onStart: (child: ChildProcess) => void = () => {},
): Promise<Ended> {
  const built = fileURLToPath(new URL(`../../${source.replace(/ts$/, 'js')}`, import.meta.url));
  const options = { timeout: PROGRAM_MS_MAX, maxBuffer: OUTPUT_BYTES_MAX };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [built, ...words],
      options,
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? undefined, stdout, stderr });
      },
    );
    child.stdin?.end();
    onStart(child);
  });
}
