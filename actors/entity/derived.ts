/**
 * Keeps derivation finite: a task from outside may have only so many descendants, in chains only so long. The budget is
 * split among the children, so that no count has to be kept anywhere: whoever is down to nothing derives no more.
 *
 *   external task, budget 10 000 ─┬─ child 1, budget 3 332 ─── …
 *                                 ├─ child 2, budget 3 332
 *                                 └─ child 3, budget 3 332
 *
 * Runs on: any.
 */

/** What a task may still cause. */
export interface Allowance {
  /** 0 for a task from outside. */
  readonly depth: number;
  /** Descendants it may have. */
  readonly budget: number;
}

/** How many of the children may live, and with what; the others are dead letters. */
export interface Split {
  readonly allowed: number;
  readonly child: Allowance;
  /** Why the others may not. */
  readonly stoppedBy: 'depth' | 'budget' | undefined;
}

/** Splits what a task may cause among `children` tasks that its hooks have derived. The first ones live. */
export function splitAllowance(parent: Allowance, children: number, depthMax: number): Split {
  const depth = parent.depth + 1;
  if (children === 0) return { allowed: 0, child: { depth, budget: 0 }, stoppedBy: undefined };
  if (depth > depthMax) return { allowed: 0, child: { depth, budget: 0 }, stoppedBy: 'depth' };
  const allowed = Math.min(children, Math.max(0, parent.budget));
  const budget = allowed === 0 ? 0 : Math.floor((parent.budget - allowed) / allowed);
  return {
    allowed,
    child: { depth, budget },
    stoppedBy: allowed < children ? 'budget' : undefined,
  };
}
