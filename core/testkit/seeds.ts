/**
 * Seeds from the environment, and running a test for many of them: a failure names its seed, and TROUPE_SEED gives
 * that one again.
 * Runs on: any.
 */

export interface SeedsOptions {
  /** How many. Default: TROUPE_SEEDS of the environment, else 100. */
  readonly seeds?: number;
  /** The first; the others follow by one. Default 1. */
  readonly first?: number;
}

/**
 * Runs `body` for one seed after the other; with TROUPE_SEED set, for that one only. The first failure ends it and is
 * rejected with, its seed in the text and itself as cause.
 */
export async function forSeeds(
  options: SeedsOptions,
  body: (seed: number | string) => Promise<void>,
): Promise<void> {
  const only = seedOfEnvironment();
  if (only !== undefined) return body(only);
  const { seeds = Number(process.env.TROUPE_SEEDS ?? 100), first = 1 } = options;
  for (let seed = first; seed < first + seeds; seed++) {
    try {
      await body(seed);
    } catch (cause) {
      const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
      throw new Error(`seed ${seed} failed, ${replaying(seed)}\n${text}`, { cause });
    }
  }
}

/** TROUPE_SEED, if it is set. */
export function seedOfEnvironment(): string | undefined {
  const seed = process.env.TROUPE_SEED;
  return seed === undefined || seed === '' ? undefined : seed;
}

/** How to have a seed again, for error texts. */
export function replaying(seed: number | string): string {
  return `TROUPE_SEED=${seed} replays it`;
}
