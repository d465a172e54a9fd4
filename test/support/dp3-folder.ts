/**
 * The configuration folder of DP³ that tests load: test/fixtures/dp3-config, with entity types of every kind (all id
 * types, data types, attribute kinds and lifetimes; links with data, mirrors, series of three kinds) and all files.
 * Runs on: main.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TemporaryTree } from './temporary-tree.js';

const FIXTURES = fileURLToPath(new URL('../../../test/fixtures', import.meta.url));

/** The folder itself: only to be read. Its one enabled module, `geolocation`, is in Python. */
export const DP3_FOLDER = join(FIXTURES, 'dp3-config');

/** A copy to change, as `config` of the tree, its modules beside it. */
export function copyDp3Folder(tree: TemporaryTree): string {
  const dir = tree.path('config');
  cpSync(DP3_FOLDER, dir, { recursive: true });
  cpSync(join(FIXTURES, 'dp3-modules'), tree.path('dp3-modules'), { recursive: true });
  return dir;
}
