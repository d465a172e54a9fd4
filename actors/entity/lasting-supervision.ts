/**
 * How the actors of a run are supervised: they begin anew from what is stored, as often as it takes, since giving one up
 * would leave its entities without owner. With a thread that has died too often they rest, and are there again after it.
 * Runs on: any.
 */
import type { SupervisionOptions } from '../../core/index.js';

export const LASTING: SupervisionOptions = {
  decide: 'restart',
  restartsMax: Number.POSITIVE_INFINITY,
  backoffMaxMs: 500,
  resetAfterMs: 1_000,
};
