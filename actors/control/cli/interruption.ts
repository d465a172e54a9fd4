/**
 * Ctrl-C and SIGTERM: the first asks a command to end in order, the second ends the process as it stands.
 * Runs on: main.
 */
import { EXIT } from './exit-codes.js';

export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** That of the signal which came; undefined while none has. */
  readonly exitCode: number | undefined;
  /** The process's own signals are its own again. */
  end(): void;
}

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;

/** Listens from now on. */
export function interruption(): Interruption {
  const stop = new AbortController();
  let exitCode: number | undefined;
  const hear = (name: NodeJS.Signals): void => {
    const code = CODES[name as keyof typeof CODES];
    if (exitCode !== undefined) process.exit(code);
    exitCode = code;
    stop.abort();
  };
  process.on('SIGINT', hear).on('SIGTERM', hear);
  return {
    signal: stop.signal,
    get exitCode() {
      return exitCode;
    },
    end: () => void process.off('SIGINT', hear).off('SIGTERM', hear),
  };
}
