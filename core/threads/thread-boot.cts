/**
 * The file the pool loads in a thread: CommonJS, and nothing but an import of the real entry. The pool would load an
 * ES module by require() first, and Node 20 aborts the whole process when a thread is ended in the middle of that
 * (v8::Module::IsGraphAsync): as a spare is that is still starting when the system stops. import() can be cut short.
 * Runs on: thread.
 */
async function threadBoot(task: unknown): Promise<void> {
  const entry = await import('./thread-entry.js');
  await entry.default(task as Parameters<typeof entry.default>[0]);
}

export = threadBoot;
