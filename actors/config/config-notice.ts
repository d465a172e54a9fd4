/**
 * What of a configuration folder does nothing here, for people. Of its two kinds one is what every folder of DP³ has and
 * nobody misses; the other somebody may rely on.
 * Runs on: any.
 */

/** `servers`: only ever told DP³'s servers something. `passed-over`: a module in Python, names that nothing reads. */
export interface ConfigNotice {
  readonly kind: 'servers' | 'passed-over';
  /** One sentence. */
  readonly text: string;
}

/** True for what `--strict` refuses and what makes health `degraded`. */
export function isPassedOver({ kind }: ConfigNotice): boolean {
  return kind === 'passed-over';
}
