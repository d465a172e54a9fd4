/**
 * How a parent answers the failure of a child, as its author writes it. The types stand here, at the root, since
 * the system's configuration carries them too; what they do is decided in actor/supervision.ts.
 * Runs on: any.
 */
import { LIMITS } from './limits.js';
import { type OptionReader, present } from './option-reader.js';

/** What becomes of the failed: it goes on, starts anew, ends, or its parent fails in its stead. */
export type Directive = 'resume' | 'restart' | 'stop' | 'escalate';

/** Who shares the fate of a restarted child: nobody, all siblings, or those started after it. */
export type Strategy = 'one-for-one' | 'all-for-one' | 'rest-for-one';

/** One failure of one child. */
export interface Failure {
  readonly error: Error;
  /** Path of the child. */
  readonly child: string;
  /** The handler that threw; undefined outside one. */
  readonly handler: string | undefined;
  readonly phase: 'start' | 'handle' | 'thread' | 'restart';
  /** How often the child was restarted before. */
  readonly restarts: number;
}

export interface SupervisionOptions {
  /** Default 'one-for-one'. */
  readonly strategy?: Strategy;
  /** A directive for every failure, or a function of the failure. Default 'restart'. */
  readonly decide?: Directive | ((failure: Failure) => Directive);
  /** Restarts allowed within `windowMs`; one failure more and the parent gives up. Infinity: never. Default 10. */
  readonly restartsMax?: number;
  /** Default 60 000. */
  readonly windowMs?: number;
  /** The second restart waits this long, each later one twice as long as the one before. Default 10. */
  readonly backoffMinMs?: number;
  /** No restart waits longer. Default 10 000. */
  readonly backoffMaxMs?: number;
  /** Up to this part of a wait, 0 to 1, is taken off at random, so that actors do not restart in step. Default 0.2. */
  readonly backoffJitter?: number;
  /** After this long without a failure the next restart is immediate again. Default `windowMs`. */
  readonly resetAfterMs?: number;
}

const DIRECTIVES = ['resume', 'restart', 'stop', 'escalate'] as const;
const STRATEGIES = ['one-for-one', 'all-for-one', 'rest-for-one'] as const;

/** True for one of the four words. */
export function isDirective(value: unknown): value is Directive {
  return (DIRECTIVES as readonly unknown[]).includes(value);
}

/** Checks options that came from outside; what is wrong goes to the reader, what is absent stays absent. */
export function readSupervision(reader: OptionReader): SupervisionOptions {
  const decide = reader.value<SupervisionOptions['decide']>(
    'decide',
    `one of ${DIRECTIVES.join(', ')}, or a function`,
    (value) => isDirective(value) || typeof value === 'function',
  );
  const options = {
    strategy: reader.choice('strategy', STRATEGIES),
    decide,
    restartsMax: reader.integer('restartsMax', { min: 0, orInfinity: true }),
    windowMs: reader.number('windowMs', { above: 0, orInfinity: true }),
    backoffMinMs: reader.number('backoffMinMs', { min: 0 }),
    backoffMaxMs: reader.number('backoffMaxMs', { min: 0 }),
    backoffJitter: reader.number('backoffJitter', { min: 0, max: 1 }),
    resetAfterMs: reader.number('resetAfterMs', { min: 0, orInfinity: true }),
  };
  const { backoffMinMs = LIMITS.backoffMinMs, backoffMaxMs = LIMITS.backoffMaxMs } = options;
  if (backoffMinMs > backoffMaxMs)
    reader.fault(
      'backoffMinMs',
      `expected at most backoffMaxMs, ${backoffMaxMs}, got ${backoffMinMs}`,
    );
  reader.end();
  return present(options);
}
