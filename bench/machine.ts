/**
 * Which machine and which code the figures belong to: without that they cannot be compared with
 * anything.
 * Runs on: main.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

export interface Machine {
  readonly node: string;
  readonly v8: string;
  readonly system: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  /**
   * Mean number of processes that wanted a core in the minute before the run: well above 0, others
   * disturb it.
   */
  readonly load: number;
  /** ISO 8601, when the run began. */
  readonly date: string;
  /** Short commit, with `+` when the tree has changes; `unknown` outside a repository. */
  readonly commit: string;
}

/** Looks at this machine, now. Never throws. */
export function describeMachine(): Machine {
  return {
    node: process.version,
    v8: process.versions.v8,
    system: `${type()} ${release()} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 1024 / 1024),
    load: loadavg()[0] ?? 0,
    date: new Date().toISOString(),
    commit: commit(),
  };
}

/** The machine in three lines, for the head of the table. */
export function machineText(machine: Machine): string {
  return [
    `Node ${machine.node} (V8 ${machine.v8}), ${machine.system}`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryMb} MB`,
    `${machine.date}, commit ${machine.commit}, load before ${machine.load.toFixed(2)}`,
  ].join('\n');
}

function commit(): string {
  const head = git('rev-parse', '--short', 'HEAD');
  if (head === undefined || head === '') return 'unknown';
  return git('status', '--porcelain') === '' ? head : `${head}+`;
}

function git(...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // No git, or no commit yet: the caller prints `unknown`.
    return undefined;
  }
}
