/**
 * Importing user modules in a pool thread, TypeScript included: a loader given to the process on the command line
 * does not reach threads on Node 20, so for a .ts file tsx is registered here, if the user has it.
 * Runs on: thread.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const IN_THREAD = Symbol.for('troupe.inThread');
const TYPESCRIPT = /\.[mc]?tsx?$/;
let hasTypescript = false;

/** Says, for every copy of the package in this thread, that this is a pool thread. */
export function markThread(): void {
  (globalThis as unknown as Record<symbol, boolean>)[IN_THREAD] = true;
}

export function isPoolThread(): boolean {
  return (globalThis as unknown as Record<symbol, boolean | undefined>)[IN_THREAD] === true;
}

/** Imports by URL. */
export async function importModule(url: string): Promise<unknown> {
  if (TYPESCRIPT.test(new URL(url).pathname) && !hasTypescript) await registerTypescript(url);
  return import(url);
}

async function registerTypescript(url: string): Promise<void> {
  // Resolved as the user's module would; but a require finds the variant that cannot register from within a thread.
  const resolved = createRequire(url).resolve('tsx/esm/api').replace(/cjs$/, 'mjs');
  const { register } = (await import(pathToFileURL(resolved).href)) as { register: () => void };
  register();
  hasTypescript = true;
}
