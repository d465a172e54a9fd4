/**
 * Finding modules by name in a folder, and importing them.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { defineModule } from '../../../actors/module/module.js';
import { choiceOf, findModules, loadModule } from '../../../actors/module/module-loader.js';
import { hasCode } from '../../../core/index.js';
import { textOf } from '../../../core/internal.js';
import { pathText, sentenceOf } from '../../../stores/internal.js';
import { TemporaryTree } from '../../support/temporary-tree.js';

const MODULE = new URL('../../../actors/module/module.js', import.meta.url).href;
const tree = new TemporaryTree();
after(() => tree.remove());

const defined = (name: string, as = 'it'): string =>
  `import { defineModule } from '${MODULE}';\nexport const ${as} = defineModule({ name: '${name}', setup() {} });\n`;
const find = (folder: string, ...enabled: string[]) =>
  findModules({ dir: tree.path(folder), enabled, config: new Map([['geo', { table: 'x' }]]) });
const urlOf = (path: string): string => pathToFileURL(tree.path(path)).href;
const load = (path: string, name = 'geo') => loadModule({ name, url: urlOf(path) });

function failure(pattern: RegExp) {
  return (error: unknown): boolean =>
    hasCode(error, 'MODULE_FAILED') && pattern.test((error as Error).message);
}

test('modules are found as files, folders and packages, in the order they are enabled', () => {
  tree.write('found/geo.mjs', '');
  tree.write('found/whois.ts', '');
  tree.write('found/index-only/index.js', '');
  tree.write('found/with-main/package.json', '{"main":"lib/entry.js"}');
  tree.write('found/with-main/lib/entry.js', '');
  tree.write(
    'node_modules/@acme/risk/package.json',
    '{"exports":{".":{"types":"./x.d.ts","import":"./risk.mjs"}}}',
  );
  tree.write('node_modules/@acme/risk/risk.mjs', '');
  const { choices, faults, python } = find(
    'found',
    'whois',
    'geo',
    '@acme/risk',
    'index-only',
    'with-main',
  );
  assert.deepEqual(faults, []);
  assert.deepEqual(python, []);
  assert.deepEqual(choices, [
    { name: 'whois', url: urlOf('found/whois.ts'), config: {} },
    { name: 'geo', url: urlOf('found/geo.mjs'), config: { table: 'x' } },
    { name: '@acme/risk', url: urlOf('node_modules/@acme/risk/risk.mjs'), config: {} },
    { name: 'index-only', url: urlOf('found/index-only/index.js'), config: {} },
    { name: 'with-main', url: urlOf('found/with-main/lib/entry.js'), config: {} },
  ]);
});

test('every module that is not there is a fault of its own', () => {
  tree.write('some/geo.js', '');
  const { choices, faults } = find('some', 'geo', 'nope', 'not/there', 'null\0byte');
  assert.equal(choices.length, 1);
  assert.equal(faults.length, 3);
  assert.match(
    `${pathText(faults[0]!.at)}: ${sentenceOf(faults[0]!)}`,
    /^enabled_modules\[1\]: expected module "nope": nope.js or nope.mjs or nope.ts or nope.mts, a folder or a package of that name in .*some, got none$/,
  );
});

test('a modules folder that is not there is one fault, unless nothing is enabled', () => {
  const { faults } = find('missing', 'a', 'b');
  assert.deepEqual(faults, [
    { at: ['modules_dir'], expected: 'a folder that is there', got: textOf(tree.path('missing')) },
  ]);
  assert.deepEqual(find('missing'), { choices: [], faults: [], python: [] });
});

test('modules in Python are named, and are neither found nor missing', () => {
  tree.write('snakes/geo.py', '');
  tree.write('snakes/whois/__init__.py', '');
  assert.deepEqual(find('snakes', 'geo', 'whois'), {
    choices: [],
    faults: [],
    python: ['geo', 'whois'],
  });
});

test('a module beside a Python file of its name is the one that runs', () => {
  tree.write('both/geo.py', '');
  tree.write('both/geo.js', '');
  assert.equal(find('both', 'geo').choices.length, 1);
});

test('a definition or a class is loaded from a file, whatever else it exports', async () => {
  tree.write('load/geo.mjs', `${defined('geo')}export const other = 7;\n`);
  assert.equal((await load('load/geo.mjs')).name, 'geo');
  tree.write(
    'load/class.mjs',
    `import { BaseModule } from '${MODULE}';\nexport default class Geo extends BaseModule {}\nexport { BaseModule };\n`,
  );
  assert.equal((await load('load/class.mjs')).name, 'Geo');
});

test('of several modules in a file the one of that name is taken', async () => {
  tree.write(
    'load/two.mjs',
    `${defined('geo')}export const b = defineModule({ name: 'whois', setup() {} });\n`,
  );
  assert.equal((await load('load/two.mjs', 'whois')).name, 'whois');
  await assert.rejects(load('load/two.mjs', 'x'), failure(/among its exports, got geo and whois$/));
});

test('a file that is missing, throws or exports no module fails with its name and place', async () => {
  tree.write('load/throws.mjs', `throw new Error('no licence');\n`);
  tree.write('load/empty.mjs', 'export const a = 1;\n');
  await assert.rejects(
    load('load/throws.mjs'),
    failure(/^module "geo" \(file:.*throws.mjs\): expected it to be imported, got: no licence$/),
  );
  await assert.rejects(
    load('load/empty.mjs'),
    failure(
      /expected one class that extends BaseModule, or one result of defineModule, among its exports, got none$/,
    ),
  );
  await assert.rejects(
    load('load/gone.mjs'),
    failure(/expected it to be imported, got: Cannot find module/),
  );
});

test('a definition is handed to a platform by the url of its file', () => {
  const options = { name: 'geo', setup() {} };
  assert.throws(
    () => choiceOf(defineModule(options)),
    failure(/expected url: import.meta.url in its definition, got none/),
  );
  assert.deepEqual(choiceOf(defineModule({ ...options, url: 'file:///geo.js' }), { table: 'x' }), {
    name: 'geo',
    url: 'file:///geo.js',
    config: { table: 'x' },
  });
});
