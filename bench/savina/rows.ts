/**
 * The rows of the Savina programs, in the order in which they are printed.
 * Runs on: main.
 */
import type { Row } from '../row.js';

export const rows: readonly Row[] = [];
