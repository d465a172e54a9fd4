/**
 * The shape of the source tree, which no type shows: floors, circles, doors, who may import what, dead files, sizes.
 * Everything else about style is taste, and not tested.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { COMMANDS, DOORS, doorListing } from './support/door.js';
import { importCircles } from './support/import-circles.js';
import { importsOf, reachedFrom, sourceFiles, textOf } from './support/source-tree.js';

/** From the ground up, a folder each; of `stores` and `actors` the named files lie below their folders. */
const FLOORS = [
  'core',
  'core/message',
  'core/mailbox',
  'core/transport',
  'core/actor',
  'core/routing',
  'core/threads',
  'core/system',
  'core/testkit',
  'stores ground',
  'stores/schema',
  'stores/history',
  'stores',
  'actors ground',
  'actors/entity',
  'actors/module',
  'actors/config',
  'actors',
  'actors/control',
];
/** What every file of their part may use. */
const GROUND = ['errors.ts', 'limits.ts', 'record.ts'];
/** Doors that lie on top of their part: between parts everything passes through them. */
const TOPS = [
  'core/index.ts',
  'core/internal.ts',
  'stores/index.ts',
  'stores/internal.ts',
  'actors/index.ts',
];
/** The one file that may import a package. */
const IMPORTERS: Readonly<Record<string, string>> = {
  comlink: 'core/rpc.ts',
  'cron-schedule': 'core/cron.ts',
  eventemitter3: 'core/events.ts',
  msgpackr: 'core/message/codec.ts',
  piscina: 'core/threads/thread-pool.ts',
  lmdb: 'stores/environment.ts',
  'lossless-json': 'stores/schema/json-body.ts',
  yaml: 'actors/config/yaml-file.ts',
  fastify: 'actors/control/http-server.ts',
  '@fastify/cors': 'actors/control/http-server.ts',
  '@fastify/swagger': 'actors/control/http-server.ts',
  'prom-client': 'actors/control/metrics.ts',
  commander: 'actors/control/cli.ts',
  picocolors: 'actors/control/cli/terminal.ts',
  'cli-table3': 'actors/control/cli/terminal.ts',
};
const LINES_MAX = 400;
/** Files that are longer, and may only become shorter. */
const LONGER: Readonly<Record<string, number>> = {
  'core/system/actor-system.ts': 475,
  'test/core/message/codec.test.ts': 421,
  'test/core/routing/replica-set.test.ts': 414,
  'test/core/rpc-gate.test.ts': 635,
  'test/core/rpc.test.ts': 516,
};
const NO_NAMES = ['helper', 'util', 'manager', 'common', 'misc', 'base', 'types'];

const PARTS = ['core', 'stores', 'actors'];
const parts = PARTS.flatMap(sourceFiles);
const all = ['core', 'stores', 'actors', 'bench', 'examples', 'test'].flatMap(sourceFiles);

test('imports within a part, those of types too, point down from floor to floor', () => {
  const upward = parts.flatMap((file) =>
    importsOf(file)
      .filter((one) => one.file !== undefined && partOf(one.file) === partOf(file))
      .filter((one) => floorOf(one.file as string) > floorOf(file))
      .map((one) => `${file} imports ${one.file}`),
  );
  assert.deepEqual(upward, []);
});

test('a part imports only the parts below it, through their doors', () => {
  const trespasses = parts.flatMap((file) =>
    importsOf(file)
      .filter((one) => one.file !== undefined && partOf(one.file) !== partOf(file))
      .filter((one) => !isThroughDoor(file, one.file as string))
      .map((one) => `${file} imports ${one.file}`),
  );
  assert.deepEqual(trespasses, []);
});

test('examples and benchmarks come in by the doors, benchmarks of parts of core apart', () => {
  const outside = [...sourceFiles('examples'), ...sourceFiles('bench')];
  const trespasses = outside
    .filter((file) => !file.startsWith('bench/core/'))
    .flatMap((file) =>
      importsOf(file)
        .filter(({ file: to }) => PARTS.includes(partOf(to ?? '')) && !DOORS.includes(to ?? ''))
        .map((one) => `${file} imports ${one.file}`),
    );
  assert.deepEqual(trespasses, []);
});

test('no files import each other in a circle', () => {
  const graph = new Map(
    all.map((file) => [
      file,
      importsOf(file).flatMap((one) => (one.isType || one.file === undefined ? [] : [one.file])),
    ]),
  );
  assert.deepEqual(importCircles(graph), []);
});

test('each package is imported by one file', () => {
  const importers = parts.flatMap((file) =>
    importsOf(file)
      .filter(
        (one) => !one.isType && one.file === undefined && !/^(node:|troupe\b)/.test(one.specifier),
      )
      .map((one) => `${one.specifier} by ${file}`),
  );
  const allowed = Object.entries(IMPORTERS).map(([name, file]) => `${name} by ${file}`);
  assert.deepEqual(importers.sort(), allowed.sort());
});

test('every file of a part is reached from a door', () => {
  const reached = reachedFrom([...DOORS, ...COMMANDS]);
  assert.deepEqual(
    parts.filter((file) => !reached.has(file)),
    [],
  );
});

test('every other file is reached from a test, a benchmark or an example', () => {
  const isEntry = (file: string): boolean =>
    /\.(test|test-d|bench)\.ts$/.test(file) ||
    /^(test\/(run|doors)|bench\/main|bench\/peers\/main|examples\/[^/]+|examples\/[^/]+\/main)\.ts$/.test(
      file,
    );
  const reached = reachedFrom([...DOORS, ...COMMANDS, ...all.filter(isEntry)]);
  assert.deepEqual(
    all.filter((file) => !reached.has(file)),
    [],
  );
});

test('the doors export what doors.txt lists; npm run doors writes it anew', () => {
  assert.equal(doorListing(), textOf('test/doors.txt'));
});

test(`no file is longer than ${LINES_MAX} lines, and those that were grow no more`, () => {
  const tooLong = all
    .map((file) => ({ file, lines: textOf(file).split('\n').length - 1 }))
    .filter(({ file, lines }) => lines > (LONGER[file] ?? LINES_MAX))
    .map(({ file, lines }) => `${file}: ${lines}`);
  assert.deepEqual(tooLong, []);
});

test('file names say what is in them, not that something is', () => {
  const named = all.filter((file) => {
    const words = basename(file).replace(/\..*$/, '').split('-');
    return words.some(
      (word) => NO_NAMES.includes(word) || NO_NAMES.includes(word.replace(/s$/, '')),
    );
  });
  assert.deepEqual(named, []);
});

function partOf(file: string): string {
  return file.split('/')[0] ?? '';
}

function isThroughDoor(from: string, to: string): boolean {
  return TOPS.includes(to) && PARTS.indexOf(partOf(to)) < PARTS.indexOf(partOf(from));
}

/** Doors stand above all floors of their part. */
function floorOf(file: string): number {
  if (DOORS.includes(file) || TOPS.includes(file)) return FLOORS.length;
  const folder = file
    .split('/')
    .slice(0, file.startsWith('actors/control/') ? 2 : -1)
    .join('/');
  const isGround = GROUND.includes(basename(file)) && FLOORS.includes(`${folder} ground`);
  const floor = FLOORS.indexOf(isGround ? `${folder} ground` : folder);
  assert.ok(floor >= 0, `expected ${file} to stand on a floor of its part, got ${folder}`);
  return floor;
}
