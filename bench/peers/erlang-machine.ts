/**
 * An Erlang VM, started once and kept for the whole run: its programs are compiled into a temporary
 * folder, and it is told over its standard input what to run next. So its rounds can interleave
 * with ours, and it is warm.
 *
 *   us                              erl -s bench_port start
 *   "run ping_pong\n"        ->
 *                            <-     "ms 23.1 40000,40000\n"
 *
 * Runs on: main.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BenchError } from '../bench-error.js';
import { kept } from '../kept.js';
import type { Answer } from '../savina/answers.js';

/** What one run of a program took and answered. `value` is in ms, or in bytes for idle_actor. */
export interface ErlangResult {
  readonly value: number;
  readonly answer: Answer;
}

const RUN_MS_MAX = 120_000;

/**
 * A VM for the rest of the run with `flags` for `erl`; the first call compiles and starts it (about
 * a second). Rejects with PEER_ABSENT where `erl` or `erlc` is not on the PATH.
 */
export function erlangMachine(flags: readonly string[]): () => Promise<ErlangMachine> {
  return kept(
    () => openMachine(flags),
    (machine) => machine.close(),
    'run',
  );
}

export class ErlangMachine {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #waiting: { resolve: (line: string) => void; reject: (reason: Error) => void } | undefined;

  constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    createInterface({ input: child.stdout! }).on('line', (line) => {
      // Anything else is a report of Erlang's own logger.
      if (/^(ms|bytes|error) /.test(line)) this.#waiting?.resolve(line);
    });
    child.on('exit', (code) => {
      this.#waiting?.reject(new BenchError('PEER_FAILED', `erl exited with code ${code}`));
    });
    // Writing to a VM that has just died: its exit is reported above.
    child.stdin!.on('error', () => {});
    process.once('exit', () => {
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    });
  }

  /**
   * Runs one program (the name of its module). One at a time. Rejects with PEER_FAILED when it
   * crashes or takes longer than two minutes.
   */
  async run(module: string): Promise<ErlangResult> {
    if (this.#hasExited()) throw new BenchError('PEER_FAILED', 'erl exited in an earlier round');
    const line = new Promise<string>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    const timer = setTimeout(() => this.#child.kill(), RUN_MS_MAX);
    this.#child.stdin!.write(`run ${module}\n`);
    try {
      return parseResult(module, await line);
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  /** Lets the VM end and removes the compiled programs. */
  async close(): Promise<void> {
    if (!this.#hasExited()) {
      const exited = once(this.#child, 'exit');
      this.#child.stdin!.end();
      await exited;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

/**
 * "ms 23.1 40000,40000" -> value and answer. Throws PEER_FAILED for "error ..." and for anything
 * else.
 */
export function parseResult(module: string, line: string): ErlangResult {
  const [unit, value, answer] = line.split(' ');
  if ((unit !== 'ms' && unit !== 'bytes') || value === undefined || answer === undefined) {
    throw new BenchError('PEER_FAILED', `erlang ${module}: ${line}`);
  }
  return { value: Number(value), answer: answer.split(',').map(Number) };
}

async function openMachine(flags: readonly string[]): Promise<ErlangMachine> {
  const erl = onPath('erl');
  const erlc = onPath('erlc');
  const sources = sourceFolder();
  const programs = readdirSync(sources).filter((file) => file.endsWith('.erl'));
  const folder = mkdtempSync(join(tmpdir(), 'troupe-bench-erlang-'));
  await promisify(execFile)(erlc, ['-o', folder, ...programs.map((file) => join(sources, file))]);
  const child = spawn(erl, [...flags, '-noshell', '-pa', folder, '-s', 'bench_port', 'start'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return new ErlangMachine(child, folder);
}

function onPath(program: string): string {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder: the next one may have it.
    }
  }
  throw new BenchError('PEER_ABSENT', `${program} is not on the PATH`);
}

/**
 * The .erl files are not built, so they are looked for beside package.json, wherever this file was
 * built to.
 */
function sourceFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new BenchError('PEER_ABSENT', 'the Erlang programs are not part of this installation');
    }
    folder = parent;
  }
  return join(folder, 'bench', 'peers', 'erlang');
}
