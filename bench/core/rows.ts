/**
 * The rows of the parts of core/, in the order in which they are printed.
 * Runs on: main.
 */
import type { Row } from '../row.js';
import { codecRows } from './codec-rows.js';
import { fairnessRows } from './fairness-rows.js';
import { overThreadsRows } from './over-threads-rows.js';
import { stageRows } from './stage-rows.js';
import { threadRows } from './thread-rows.js';
import { withinThreadRows } from './within-thread-rows.js';

export const rows: readonly Row[] = [
  ...withinThreadRows,
  ...overThreadsRows,
  ...stageRows,
  ...threadRows,
  ...fairnessRows,
  ...codecRows,
];
