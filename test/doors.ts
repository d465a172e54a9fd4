/**
 * `npm run doors`: writes down what the public doors export, after a change that is meant.
 * Runs on: main.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { doorListing } from './support/door.js';
import { ROOT } from './support/source-tree.js';

writeFileSync(join(ROOT, 'test/doors.txt'), doorListing());
