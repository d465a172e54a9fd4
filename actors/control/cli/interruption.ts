/**
 * Ctrl-C, SIGTERM, and SIGHUP of a terminal that goes away: the first asks a command to end in order, the second ends the
 * process as it stands.
 * Runs on: main.
 */
import { isatty } from 'node:tty';
import { EXIT } from './exit-codes.js';

export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** That of the signal which came; undefined while none has. */
  readonly exitCode: number | undefined;
  /**
   * The process's own signals are its own again. After SIGHUP of a terminal it ends here, by that signal: node cannot
   * restore a terminal that has gone, and would abort.
   */
  end(): void;
}

const CODES = {
  SIGINT: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
  SIGHUP: EXIT.hungUp,
} as const;
const HAS_TERMINAL = [0, 1, 2].some((fd) => isatty(fd));
const SIGNALS = Object.keys(CODES) as (keyof typeof CODES)[];

/** Listens from now on. */
export function interruption(): Interruption {
  const stop = new AbortController();
  let exitCode: number | undefined;
  let hasHungUp = false;
  const hear = (name: NodeJS.Signals): void => {
    const code = CODES[name as keyof typeof CODES];
    // A terminal that goes may say so twice, to the leader of its session and to those in front.
    if (name === 'SIGHUP' && hasHungUp) return;
    if (exitCode !== undefined) {
      end();
      process.exit(code);
    }
    exitCode = code;
    hasHungUp ||= name === 'SIGHUP';
    stop.abort();
  };
  const end = (): void => {
    for (const name of SIGNALS) process.off(name, hear);
    if (hasHungUp && HAS_TERMINAL) process.kill(process.pid, 'SIGHUP');
  };
  for (const name of SIGNALS) process.on(name, hear);
  return {
    signal: stop.signal,
    get exitCode() {
      return exitCode;
    },
    end,
  };
}
