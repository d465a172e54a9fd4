/**
 * The command line as a person has it: the installed program, run in a project's folder, in processes of its own.
 * Runs on: main.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { InstalledPackage } from './installed-package.js';

/** How a command ended and what it printed. */
export interface CommandEnd {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const COMMAND_MS_MAX = 60_000;
const MAIN = join('node_modules', 'troupe', 'dist', 'actors', 'control', 'cli', 'main.js');

export class TroupeCommand {
  readonly project = new InstalledPackage();
  readonly #running = new Set<ChildProcess>();

  /** Runs to the end; `input` is its stdin. */
  run(words: readonly string[], input = ''): Promise<CommandEnd> {
    const started = this.start(words);
    started.child.stdin?.end(input);
    return started.ended;
  }

  /** Starts it; it is killed when it takes a minute, or with {@link remove}. */
  start(words: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
    return new Started(this.#spawn(process.execPath, [MAIN, ...words], env));
  }

  /** A line of bash in the project's folder, in which `troupe` is the command. */
  shell(line: string): Promise<CommandEnd> {
    const script = `set -o pipefail; troupe() { "${process.execPath}" "${MAIN}" "$@"; }; ${line}`;
    return new Started(this.#spawn('bash', ['-c', script])).ended;
  }

  /** Path of a file or folder of the project. */
  path(...parts: readonly string[]): string {
    return join(this.project.folder, ...parts);
  }

  remove(): void {
    for (const child of this.#running) child.kill('SIGKILL');
    this.project.remove();
  }

  #spawn(
    program: string,
    words: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): ChildProcess {
    const { TROUPE_DATA: _data, TROUPE_URL: _url, TROUPE_TOKEN: _token, ...env } = process.env;
    const child = spawn(program, words, {
      cwd: this.project.folder,
      env: { ...env, ...more },
      timeout: COMMAND_MS_MAX,
      killSignal: 'SIGKILL',
    });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    return child;
  }
}

/** A command that runs. */
export class Started {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandEnd>;
  /** The first line it prints; undefined when it ends before. */
  readonly firstLine: Promise<string | undefined>;
  #stderr = '';

  constructor(child: ChildProcess) {
    this.child = child;
    let stdout = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    child.stdin?.on('error', () => {}); // a command may end without reading it
    this.ended = new Promise((resolve) => {
      child.once('close', (code) => {
        resolve({ code: code ?? undefined, stdout, stderr: this.#stderr });
      });
    });
    this.firstLine = new Promise((resolve) => {
      if (child.stdout !== null) createInterface(child.stdout).once('line', resolve);
      child.once('close', () => resolve(undefined));
    });
  }

  /** Resolves when its stderr holds that; rejects when it ends before. */
  said(what: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (what.test(this.#stderr)) resolve();
      };
      look();
      this.child.stderr?.on('data', look);
      this.child.once('close', () => reject(new Error(`expected ${what}, got ${this.#stderr}`)));
    });
  }
}
