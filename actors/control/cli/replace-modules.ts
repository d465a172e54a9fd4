/**
 * `troupe replace-modules`: a running platform takes the code that is in its modules' files now, thread by thread. A folder
 * at rest has no modules to replace: what starts there next loads what it finds.
 * Runs on: main.
 */
import type { CommandScope } from '../cli.js';
import { ask } from './answer.js';
import { EXIT } from './exit-codes.js';
import { withTarget } from './target.js';

type Options = Readonly<Record<string, unknown>>;

/**
 * Exit 0 when the new code runs on all threads; 1 when it was refused, and the log of the platform says why; 4 when no
 * platform runs there, or no answer came in time: then it may still go on.
 */
export function replaceModules(
  scope: CommandScope,
  _words: readonly string[],
  options: Options,
): Promise<number> {
  const { terminal } = scope;
  return withTarget(options, async (target) => {
    const path = '/control/replace_module_code';
    await ask(target, { method: 'POST', path });
    terminal.result({ replaced: true }, () => 'replaced: all threads have the new code');
    return EXIT.ok;
  });
}
