/**
 * Programs that hold their modules themselves: a thread that loads such a file comes to `createPlatform` and, where the
 * file waits for it, no further. Classes that the program names there are taken from the call; a module that is only to be
 * exported afterwards never comes, which is said instead of waited for.
 *
 *   thread ── import(program) ── createPlatform({ modules: [{ name, file, class }] }) ··· never settles
 *                                    │ class given: defined                    │ none: refused, a while later
 * Runs on: any.
 */
import { fileURLToPath } from 'node:url';
import { PLATFORM_LIMITS } from '../limits.js';
import { moduleDefined } from './defined-modules.js';
import type { ModuleClass } from './module.js';

/** A class and where a platform is told to find it. */
export interface OwnClass {
  readonly name: string;
  readonly url: string;
  readonly class: ModuleClass;
}

/** Stacks of the calls to createPlatform on this thread, and who waits for one. */
const calls = new Set<string>();
const waiting = new Set<(stack: string) => void>();

/** For createPlatform, wherever it is called: with the stack of the call, and the classes it was given. */
export function programCame(stack: string, classes: readonly OwnClass[]): void {
  for (const { url, name, class: written } of classes) moduleDefined(url, name, written);
  calls.add(stack);
  for (const tell of [...waiting]) tell(stack);
}

/** A wait that can be given up. */
export interface ProgramWait {
  /** Resolves a while after that file has called createPlatform: time for one that does not wait for it to end. */
  readonly stuck: Promise<void>;
  end(): void;
}

/** Whether a file that is being loaded waits for its own platform. */
export function waitForProgram(url: string): ProgramWait {
  let end = (): void => {};
  const stuck = new Promise<void>((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const tell = (stack: string): void => {
      if (timer !== undefined || !isCalledBy(stack, url)) return;
      timer = setTimeout(resolve, PLATFORM_LIMITS.moduleProgramMs);
    };
    end = () => {
      clearTimeout(timer);
      waiting.delete(tell);
    };
    waiting.add(tell);
    for (const stack of calls) tell(stack);
  });
  return { stuck, end: () => end() };
}

/** The stack as createPlatform wants it: of any depth. */
export function callStack(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  try {
    return new Error('createPlatform').stack ?? '';
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Modules stand in a stack by URL, CommonJS files by path. */
function isCalledBy(stack: string, url: string): boolean {
  if (stack.includes(`${url}:`)) return true;
  return url.startsWith('file:') && stack.includes(`${fileURLToPath(url)}:`);
}
