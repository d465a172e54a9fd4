/**
 * The one assertion of the type tests: two types are the same, neither merely fits the other. It does nothing when
 * run; the compiler is the judge.
 * Runs on: any.
 */

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only where `A` and `B` are the same type. */
export function same<A, B>(
  ..._proof: Same<A, B> extends true ? [] : [differ: readonly [got: A, expected: B]]
): void {}
