/**
 * Modules of this thread as they are defined, before their file has been loaded to its end: a file that is the program too
 * waits for its platform there, and in a pool thread for ever.
 * Runs on: any.
 */

const defined = new Map<string, unknown>();
const waiting = new Map<string, ((definition: unknown) => void)[]>();

/** For whoever defines one. */
export function moduleDefined(url: string, name: string, definition: unknown): void {
  const key = keyOf(url, name);
  defined.set(key, definition);
  for (const resolve of waiting.get(key) ?? []) resolve(definition);
  waiting.delete(key);
}

/** Resolves when the module of that name in that file has been defined; never if it is not. */
export function whenModuleDefined(url: string, name: string): Promise<unknown> {
  const key = keyOf(url, name);
  if (defined.has(key)) return Promise.resolve(defined.get(key));
  return new Promise((resolve) => {
    waiting.set(key, [...(waiting.get(key) ?? []), resolve]);
  });
}

function keyOf(url: string, name: string): string {
  return `${name}\n${url}`;
}
