/**
 * `memory-program.js ENTITIES`: what a process with so many hosts needs at rest, and while it is offered too much. Run by
 * figuresOf() in a process of its own.
 * Runs on: main.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Overload, overload } from './overload.js';
import { ownMemoryBytes } from './process-figures.js';
import { StockedPlatform } from './stocked-platform.js';

export interface MemoryFigures {
  /** Bytes of its own after so many hosts were made and written to, at rest. */
  readonly restBytes: number;
  readonly overload: Overload;
}

const REST_MS = 500;

const entities = Number(process.argv[2]);
const stocked = await StockedPlatform.start({ entities, distribution: 'uniform' });
try {
  globalThis.gc?.();
  await pause(REST_MS);
  const restBytes = ownMemoryBytes();
  const figures: MemoryFigures = { restBytes, overload: await overload(stocked) };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} finally {
  await stocked.stop();
}
