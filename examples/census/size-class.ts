/**
 * Sizes in few words. Pure.
 * Runs on: any.
 */

export const SIZE_CLASSES = ['tiny', 'small', 'medium', 'large', 'huge'] as const;
export type SizeClass = (typeof SIZE_CLASSES)[number];

/** Class -> bytes from which on it is the next. */
const BELOW: readonly (readonly [SizeClass, number])[] = [
  ['tiny', 1_000],
  ['small', 10_000],
  ['medium', 100_000],
  ['large', 1_000_000],
];

export function sizeClass(bytes: number): SizeClass {
  return BELOW.find(([, below]) => bytes < below)?.[0] ?? 'huge';
}
