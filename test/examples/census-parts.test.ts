/**
 * The parts of the census that are functions: what manifests, licences, authors and paths say.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { authorKey, authorText, parseAuthor } from '../../examples/census/author.js';
import { resolveAll } from '../../examples/census/dependencies.js';
import { counted, size } from '../../examples/census/figures.js';
import { agrees, familyOf, licenceNamed } from '../../examples/census/licence.js';
import { licenceOfText } from '../../examples/census/licence-text.js';
import { parseManifest } from '../../examples/census/manifest.js';
import { tasksOf } from '../../examples/census/modules/licences.js';
import { idOf, installOf, licenceAmong, roleOf } from '../../examples/census/places.js';
import { sizeClass } from '../../examples/census/size-class.js';

test('a licence belongs to a family; an expression to that of its easiest alternative', () => {
  const families = {
    MIT: 'permissive',
    'Apache-2.0': 'permissive',
    'GPL-3.0-only': 'copyleft',
    'LGPL-2.1+': 'weak_copyleft',
    Unlicense: 'public_domain',
    UNLICENSED: 'proprietary',
    '(MIT OR GPL-2.0)': 'permissive',
    'MIT AND GPL-2.0': 'copyleft',
    'my own': 'other',
  };
  for (const [name, family] of Object.entries(families)) assert.equal(familyOf(name), family, name);
});

test('figures have three digits, a whole unit or a part of one, and one of a thing is no plural', () => {
  const sizes = [0, 3.2308532403098824, 999, 1_300, 2_500_000].map(size);
  assert.deepEqual(sizes, ['0 B', '3.23 B', '999 B', '1.3 kB', '2.5 MB']);
  assert.deepEqual(
    [0, 1, 2_000].map((n) => counted(n, 'file')),
    ['0 files', '1 file', '2 000 files'],
  );
});

test('a manifest names its licence in one of several ways, or not at all', () => {
  assert.equal(licenceNamed(' MIT '), 'MIT');
  assert.equal(licenceNamed({ type: 'ISC', url: 'x' }), 'ISC');
  assert.equal(licenceNamed([{ type: 'MIT' }, 'Apache-2.0']), '(MIT OR Apache-2.0)');
  for (const none of [undefined, null, 7, {}, [], 'SEE LICENSE IN LICENSE.md', 'x'.repeat(101)])
    assert.equal(licenceNamed(none), '');
});

test('a text bears out an expression that it is a part of', () => {
  assert.ok(agrees('MIT', 'MIT') && agrees('(MIT OR Apache-2.0)', 'Apache-2.0'));
  assert.ok(agrees('GPL-3.0-or-later', 'GPL-3.0') && agrees('LGPL-2.1+', 'LGPL-2.1'));
  assert.ok(!agrees('MIT-0', 'MIT') && !agrees('MIT', 'ISC') && !agrees('', 'MIT'));
});

test('the text of a licence is known by its phrases, however its lines break', () => {
  assert.equal(licenceOfText('Apache License\n   Version 2.0, January 2004'), 'Apache-2.0');
  assert.equal(
    licenceOfText('GNU LESSER GENERAL PUBLIC LICENSE\n\n Version 2.1, February 1999'),
    'LGPL-2.1',
  );
  assert.equal(licenceOfText('Do as you like.'), undefined);
});

test('one person is one author, however written', () => {
  const written = [
    'Jane Doe <JANE@example.org>',
    'jane doe <jane@example.org> (https://example.org)',
    { name: 'Jane Doe', email: 'jane@Example.org', url: 'https://example.org' },
  ];
  const keys = written.map((one) => authorKey(parseAuthor(authorText(one))));
  assert.deepEqual(new Set(keys), new Set(['jane@example.org']));
  assert.equal(authorKey(parseAuthor('Jane  Doe')), 'jane doe');
  assert.equal(authorKey(parseAuthor(authorText(undefined))), undefined);
});

test('a manifest is read whatever is in it', () => {
  const manifest = parseManifest(
    JSON.stringify({
      name: 'x',
      version: '1.0.0',
      dependencies: { a: '1', b: '2', __proto__x: '3' },
      optionalDependencies: { b: '3' },
      peerDependencies: { c: 4, d: '5' },
      peerDependenciesMeta: { d: { optional: true } },
    }),
  );
  assert.deepEqual(manifest?.requires, {
    __proto__x: { range: '3', kind: 'needed' },
    a: { range: '1', kind: 'needed' },
    b: { range: '3', kind: 'optional' },
    c: { range: '', kind: 'peer' },
    d: { range: '5', kind: 'optional' },
  });
  for (const text of ['', '[]', 'null', '{"name":"x"}', '{"name":"x y","version":"1"}', '{'])
    assert.equal(parseManifest(text), undefined, text);
  fc.assert(
    fc.property(fc.json(), (text) => {
      parseManifest(text);
      parseManifest(`{"name":"x","version":"1","dependencies":${text},"author":${text}}`);
    }),
  );
});

test('a path lies in the innermost package around it', () => {
  const installs: [string, string, string][] = [
    ['/x', 'node_modules/a/lib/b.js', 'node_modules/a'],
    ['/x', 'node_modules/@s/a/b.js', 'node_modules/@s/a'],
    ['/x', 'node_modules/a/node_modules/b/c.js', 'node_modules/a/node_modules/b'],
    ['/x', 'node_modules/.bin/a', '.'],
    ['/x', 'node_modules/a/node_modules/.cache/b', 'node_modules/a'],
    ['/x', 'lib/a.js', '.'],
    ['/x/node_modules', 'a/b.js', 'a'],
    ['/x/node_modules', '@s/a/b.js', '@s/a'],
    ['/x/node_modules', '.package-lock.json', '.'],
  ];
  for (const [root, path, install] of installs) assert.equal(installOf(root, path), install, path);
  assert.equal(roleOf('a', 'a/package.json', false), 'manifest');
  assert.equal(roleOf('a', 'a/lib/package.json', false), 'file');
  assert.equal(roleOf('a', 'a/LICENSE', true), 'licence');
  assert.equal(licenceAmong(['index.js', 'license.txt', 'LICENSE.md']), 'LICENSE.md');
});

test('different paths have different ids, of any bytes and any length', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 1_000 });
  const path = bytes.map((one) => Buffer.from(one).toString('latin1'));
  fc.assert(
    fc.property(path, path, (a, b) => {
      assert.equal(idOf(a) === idOf(b), a === b);
      assert.ok(Buffer.byteLength(idOf(a)) <= 768);
    }),
  );
  assert.equal(idOf(Buffer.from('ünï/名').toString('latin1')), 'ünï/名');
});

test('a requirement is met by the nearest package of that name, upwards', () => {
  const installed = new Map([
    ['a', 'a@1'],
    ['b', 'b@1'],
    ['a/node_modules/b', 'b@2'],
  ]);
  const needed = { range: '*', kind: 'needed' };
  const requires = { b: needed, c: needed, d: { range: '1', kind: 'optional' } };
  const found = resolveAll([{ directory: 'a', requires }], installed, true);
  assert.deepEqual(found, { depends: [{ eid: 'b@2', data: needed }], missing: ['c *'] });
  const above = resolveAll([{ directory: 'x', requires: { b: needed } }], installed, true);
  assert.deepEqual(above.depends, [{ eid: 'b@1', data: needed }]);
});

test('a claim that is not made any more is taken back with no confidence', () => {
  const [first] = tasksOf(
    'a@1',
    { manifest: 'MIT' },
    { old: { text: 'ISC', manifest: 'MIT' }, at: 5 },
  );
  assert.deepEqual(first?.dataPoints, [
    { attr: 'licence', v: { eid: 'ISC' }, t1: 5, c: 0, src: 'text' },
    { attr: 'licence', v: { eid: 'MIT' }, t1: 5, c: 0.9, src: 'manifest' },
  ]);
});

test('sizes have a class each', () => {
  assert.deepEqual([0, 999, 1_000, 99_999, 999_999, 1_000_000].map(sizeClass), [
    'tiny',
    'tiny',
    'small',
    'medium',
    'large',
    'huge',
  ]);
});
