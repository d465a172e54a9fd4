/**
 * Interleaved rounds: in every round each contender is measured once, and the order is rotated, so
 * that what the machine does meanwhile (another process, heat, a growing heap) falls on all alike.
 *
 *   round 1:  troupe  nact    erlang
 *   round 2:  nact    erlang  troupe
 *   round 3:  erlang  troupe  nact
 *
 * Runs on: main.
 */
import { BenchError } from './bench-error.js';
import type { Measure } from './row.js';

export interface Contender {
  readonly name: string;
  readonly measure: Measure;
}

/** What came of one contender: kept values, or why there are none. */
export type Samples =
  | { readonly name: string; readonly state: 'measured'; readonly values: readonly number[] }
  | { readonly name: string; readonly state: 'absent' | 'failed'; readonly reason: string };

/** One step of a run, told before it begins: `round` counts from 1 within its phase. */
export interface Step {
  readonly contender: string;
  readonly phase: 'warm-up' | 'round';
  readonly round: number;
  readonly of: number;
}

export interface RoundsOptions {
  readonly warmups: number;
  readonly rounds: number;
  readonly onStep?: (step: Step) => void;
  /** Called before each measurement, outside its time. */
  readonly settle?: () => void;
}

/**
 * Measures all contenders, `warmups` discarded rounds first. A contender that throws leaves the run
 * at once and is reported as absent (BenchError PEER_ABSENT) or failed; the others go on. Never
 * rejects. Results come in the order of `contenders`.
 */
export async function runRounds(
  contenders: readonly Contender[],
  options: RoundsOptions,
): Promise<readonly Samples[]> {
  const lost = new Map<string, Samples>();
  const values = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  const total = options.warmups + options.rounds;
  for (let index = 0; index < total; index++) {
    const isWarmup = index < options.warmups;
    for (const { name, measure } of rotated(contenders, index)) {
      if (lost.has(name)) continue;
      options.onStep?.({
        contender: name,
        phase: isWarmup ? 'warm-up' : 'round',
        round: isWarmup ? index + 1 : index + 1 - options.warmups,
        of: isWarmup ? options.warmups : options.rounds,
      });
      options.settle?.();
      try {
        const value = checked(name, await measure());
        if (!isWarmup) values.get(name)!.push(value);
      } catch (thrown) {
        lost.set(name, lossOf(name, thrown));
      }
    }
  }
  return contenders.map(
    ({ name }) => lost.get(name) ?? { name, state: 'measured', values: values.get(name)! },
  );
}

/**
 * The list, begun at position `by` (any whole number >= 0): every contender is first equally often.
 */
export function rotated<T>(list: readonly T[], by: number): T[] {
  if (list.length === 0) return [];
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}

function checked(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new BenchError('ANSWER_WRONG', `${name}: expected a positive number, got ${value}`);
}

function lossOf(name: string, thrown: unknown): Samples {
  const isAbsent = thrown instanceof BenchError && thrown.code === 'PEER_ABSENT';
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return { name, state: isAbsent ? 'absent' : 'failed', reason };
}
