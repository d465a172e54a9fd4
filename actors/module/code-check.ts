/**
 * The code of modules as it is in their files now, tried out before threads are replaced for it: on a fresh thread, since
 * every other thread, spares included, may hold what it loaded before.
 *
 *   fresh thread ── a ── ok ── b ── hangs, or ends its thread ──▶ ended
 *   fresh thread ── c ── ok ──▶ ended; b is named
 *
 * Runs on: main.
 */
import {
  type ActorSystem,
  CodedError,
  createSystem,
  hasCode,
  silentLogger,
} from '../../core/index.js';
import type { KitInit, ModuleChoice } from '../entity/kit-init.js';
import { codeCheckActor } from './code-check-actor.js';
import type { ModuleConfig } from './module-stage.js';

/** A module and the configuration it is to have. */
export interface WantedModule {
  readonly choice: ModuleChoice;
  readonly given: ModuleConfig;
}

/** What is to be checked. */
export interface CodeCheck {
  readonly init: KitInit;
  /** In the order in which their hooks run. */
  readonly wanted: readonly WantedModule[];
  /** Calls it off. */
  readonly signal: AbortSignal;
}

/**
 * Rejects MODULE_FAILED with every module that cannot be imported, set up and hooked in within `moduleCheckMs`, named in
 * the text and in the details `modules`; PLATFORM_STOPPED when it is called off.
 */
export async function checkModuleCode(check: CodeCheck): Promise<void> {
  const faults = new Map<string, string>();
  let left = check.wanted;
  while (left.length > 0) left = await checkOnThread({ ...check, wanted: left }, faults);
  if (faults.size === 0) return;
  const modules = [...faults.keys()];
  throw new CodedError(
    'MODULE_FAILED',
    `new module code: expected no faults, got ${faults.size}, and nothing is replaced\n  ${[...faults.values()].join('\n  ')}`,
    { details: { modules } },
  );
}

/** PLATFORM_STOPPED, for who is late. */
export function assertNotCalledOff(signal: AbortSignal): void {
  if (signal.aborted)
    throw new CodedError('PLATFORM_STOPPED', 'expected a running platform, got one that stops');
}

/** Those behind one that has cost its thread; none when all have been checked. */
async function checkOnThread(
  { init, wanted, signal }: CodeCheck,
  faults: Map<string, string>,
): Promise<readonly WantedModule[]> {
  assertNotCalledOff(signal);
  const system = await createSystem({
    name: 'code-check',
    threads: 1,
    spareThreads: 0,
    logger: silentLogger,
  });
  const end = (): void => void ended(system);
  signal.addEventListener('abort', end);
  try {
    const deadlineMs = init.limits.moduleCheckMs;
    const checker = system.spawn(codeCheckActor(init), { thread: 1 }).with({ deadlineMs });
    for (const [index, { choice, given }] of wanted.entries()) {
      assertNotCalledOff(signal);
      try {
        await checker.ask('check', choice, given);
      } catch (error) {
        assertNotCalledOff(signal);
        faults.set(choice.name, faultOf(choice, error, deadlineMs));
        if (hasCode(error, 'MODULE_FAILED')) continue;
        return wanted.slice(index + 1);
      }
    }
    return [];
  } finally {
    signal.removeEventListener('abort', end);
    await ended(system);
  }
}

/** A thread that a module keeps is killed. */
async function ended(system: ActorSystem): Promise<void> {
  await system.stop({ deadlineMs: 0 });
}

function faultOf({ name, url }: ModuleChoice, error: unknown, deadlineMs: number): string {
  if (hasCode(error, 'MODULE_FAILED')) return error.message;
  const end = hasCode(error, 'ASK_TIMEOUT') ? `no end within ${deadlineMs} ms` : String(error);
  return `module "${name}" (${url}): expected it to be loaded and set up, got ${end}`;
}
