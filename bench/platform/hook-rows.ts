/**
 * What a hook on one attribute of five costs, beside the same platform without modules.
 * Runs on: main.
 */
import type { ModuleEntry } from '../../actors/index.js';
import { kept } from '../kept.js';
import { type Measure, type Row, row } from '../row.js';
import { deriving, looking } from './hook-modules.js';
import { entitiesAsked, VISIT_POINTS } from './sizes.js';
import { StockedPlatform } from './stocked-platform.js';

const described = {
  group: 'platform: hooks',
  unit: 'data-points/s',
  better: 'higher',
  warmups: 1,
  rounds: 2,
} as const;

/** Printed in this order. */
export const hookRows: readonly Row[] = [
  row({
    ...described,
    name: 'apply, one attribute hook',
    ours: appliedPerSecond([looking]),
    peers: { 'no hook': appliedPerSecond([]) },
  }),
  row({
    ...described,
    name: 'apply, one hook that derives',
    ours: appliedPerSecond([deriving], (points) => points / VISIT_POINTS),
    peers: { 'no hook': appliedPerSecond([]) },
  }),
];

/** Data-points sent, those derived not counted. */
function appliedPerSecond(
  modules: readonly ModuleEntry[],
  derivedOf: (points: number) => number = () => 0,
): Measure {
  const opened = kept(
    () => {
      const entities = entitiesAsked();
      return StockedPlatform.start({ entities, distribution: 'uniform', modules, derivedOf });
    },
    (stocked) => stocked.stop(),
  );
  return async () => {
    const { points, applyMs } = await (await opened()).ingest(entitiesAsked());
    return (points / applyMs) * 1_000;
  };
}
