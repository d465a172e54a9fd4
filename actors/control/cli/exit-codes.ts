/**
 * What the command line tells a script by how it ends. README.md holds the table, and a test holds the two together.
 * Runs on: main.
 */

/** How a command ended -> the number. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  folder: 3,
  unreachable: 4,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** The number -> what it means. A number keeps its meaning. */
export const EXIT_CODES: Readonly<Record<number, string>> = {
  [EXIT.ok]: 'done; what was looked for was found in order',
  [EXIT.failed]: 'a fault was found, something was refused, or the work failed',
  [EXIT.usage]:
    'the words, the configuration or a module are not as they must be; no data was touched',
  [EXIT.folder]: 'the data folder is in use, foreign, of a newer format, unfit, or full',
  [EXIT.unreachable]: 'no platform answers, or it stayed too busy; trying again may help',
  [EXIT.hungUp]: 'a command ended by SIGHUP: its terminal has gone',
  [EXIT.interrupted]: 'ended by a second interrupt, or a command by the first (Ctrl-C)',
  [EXIT.terminated]: 'the same by SIGTERM',
};

const BY_CODE: Readonly<Record<string, number>> = {
  CONFIG_INVALID: EXIT.usage,
  CONFIG_FOLDER_INVALID: EXIT.usage,
  FOLDER_NOT_EMPTY: EXIT.usage,
  HOOK_INVALID: EXIT.usage,
  MODEL_INVALID: EXIT.usage,
  MODULE_FAILED: EXIT.usage,
  FOLDER_FOREIGN: EXIT.folder,
  FOLDER_IN_USE: EXIT.folder,
  FOLDER_NEWER: EXIT.folder,
  FOLDER_OLDER: EXIT.folder,
  FOLDER_UNFIT: EXIT.folder,
  STORE_FULL: EXIT.folder,
  NODE_UNREACHABLE: EXIT.unreachable,
};

/** The number for whatever a command threw. */
export function exitCodeOf(thrown: unknown): number {
  const { code } = (thrown ?? {}) as { code?: unknown };
  return (typeof code === 'string' ? BY_CODE[code] : undefined) ?? EXIT.failed;
}
