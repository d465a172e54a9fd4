/**
 * The errors of the benchmarks. They are not the runtime's CodedError: the harness judges the
 * runtime, so it must stand when the runtime does not.
 * Runs on: any.
 */

/** Code -> what it means. */
export const BENCH_ERROR_CODES = {
  ANSWER_WRONG: 'a program gave an answer other than the expected one; its time means nothing',
  ARGUMENT_INVALID: 'an argument on the command line could not be understood',
  PEER_ABSENT: 'a peer is not installed on this machine; the table says so and goes on',
  PEER_FAILED: 'a peer broke while it was measured',
  ROW_INVALID: 'a row was registered with values that contradict each other',
} as const;

/** A stable error code of the benchmarks. */
export type BenchErrorCode = keyof typeof BENCH_ERROR_CODES;

/** An error with a code from {@link BENCH_ERROR_CODES}. */
export class BenchError extends Error {
  override readonly name = 'BenchError';
  readonly code: BenchErrorCode;

  constructor(code: BenchErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** Throws ANSWER_WRONG unless `actual` equals `expected` exactly. `what` names the number. */
export function expectEqual(what: string, actual: unknown, expected: unknown): void {
  if (Object.is(actual, expected)) return;
  throw new BenchError(
    'ANSWER_WRONG',
    `${what}: expected ${String(expected)}, got ${String(actual)}`,
  );
}
