/**
 * Strings as DP³ takes them: strings only, nothing is turned into one. A lone surrogate, which JSON can spell and UTF-8
 * cannot hold, is refused, since it would be stored as something else.
 * Runs on: any.
 */
import { type FaultReason, REASONS } from './input-fault.js';

/** `isWellFormed` is in every engine we run on, and newer than the library our types come from. */
interface Text {
  isWellFormed(): boolean;
}

/** Type `string`: the text itself, empty ones too. */
export function toText(input: unknown): string | FaultReason {
  if (typeof input !== 'string') return REASONS.notString;
  return isWellFormed(input) ? input : REASONS.brokenString;
}

/** True when the text has no lone surrogate, so that UTF-8 gives it back as it is. */
export function isWellFormed(text: string): boolean {
  return (text as unknown as Text).isWellFormed();
}
