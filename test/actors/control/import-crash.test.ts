/**
 * `troupe import` into a folder at rest, killed in the middle of it again and again: the same command once more leaves each
 * data-point there once, and the folder in order.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { cpSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DP3_FOLDER } from '../../support/dp3-folder.js';
import { TroupeCommand } from '../../support/troupe-command.js';
import { until } from '../../support/until.js';

const troupe = new TroupeCommand();
after(() => troupe.remove());

const ARCHIVE = 'dp-log-20240101T000000--20240102T000000.jsonl.gz';
const SERVICES = 6;
const POINTS = 18_000;
const KILLS = 3;
const BEGIN = Date.parse('2024-01-01T00:00:00Z');
const WORDS = ['import', ARCHIVE, '--data', 'data', '--config', 'dp3/config', '--json'];

/** Point by point to another service: each a value and a time of its own. */
function archive(): Uint8Array {
  const lines = Array.from({ length: POINTS }, (_, n) => {
    const at = new Date(BEGIN + n * 1_000).toISOString().replace('Z', '');
    const point = { type: 'service', id: `s${n % SERVICES}`, attr: 'score', v: n, src: null };
    return `${JSON.stringify({ ...point, t1: at, t2: at, c: 1 })}\n`;
  });
  return gzipSync(lines.join(''));
}

/** How far the log of the folder has come. */
function logBytes(): number {
  const file = troupe.path('data', 'log', 'data.mdb');
  return existsSync(file) ? statSync(file).size : 0;
}

/** Killed when its log has grown, or never when it is faster than that. */
async function killed(): Promise<void> {
  const before = logBytes();
  const started = troupe.start(WORDS);
  let isOver = false;
  void started.ended.then(() => {
    isOver = true;
  });
  // The files of a new folder are not yet what came in.
  const grown = Math.max(before, 256 * 1024);
  await until(() => isOver || logBytes() > grown, 'the import to store something', 60_000);
  started.child.kill('SIGKILL');
  await started.ended;
}

test('an import that was killed and is begun again leaves every data-point once', async () => {
  cpSync(DP3_FOLDER, troupe.path('dp3', 'config'), { recursive: true });
  const modules = join(DP3_FOLDER, '..', 'dp3-modules');
  cpSync(modules, troupe.path('dp3', 'dp3-modules'), { recursive: true });
  writeFileSync(troupe.path(ARCHIVE), archive());
  for (let kill = 0; kill < KILLS; kill++) await killed();
  const { code, stdout, stderr } = await troupe.run(WORDS);
  assert.equal(code, 0, stderr);
  const { accepted, isWhole } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Summary;
  assert.deepEqual([accepted, isWhole], [POINTS, true]);
  for (let service = 0; service < SERVICES; service++) {
    const words = ['query', 'record', 'service', `s${service}`, '--data', 'data', '--json'];
    const record = JSON.parse((await troupe.run(words)).stdout) as { readonly score: Score[] };
    const expected = Array.from({ length: POINTS / SERVICES }, (_, i) => i * SERVICES + service);
    assert.deepEqual(
      record.score.map(({ v }) => v),
      expected,
    );
  }
  const checked = await troupe.run(['fsck', '--data', 'data', '--json']);
  assert.equal(checked.code, 0, checked.stdout);
});

interface Summary {
  readonly accepted: number;
  readonly isWhole: boolean;
}

interface Score {
  readonly v: number;
}
