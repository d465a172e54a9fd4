/**
 * The rows of the platform, in the order in which they are printed.
 * Runs on: main.
 */
import type { Row } from '../row.js';
import { hookRows } from './hook-rows.js';
import { httpRows } from './http-rows.js';
import { ingestRows } from './ingest-rows.js';
import { memoryRows } from './memory-rows.js';
import { readRows } from './read-rows.js';

export const rows: readonly Row[] = [
  ...ingestRows,
  ...httpRows,
  ...hookRows,
  ...readRows,
  ...memoryRows,
];
