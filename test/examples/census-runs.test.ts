/**
 * The census run again: what it finds in a small tree of packages, what it says has changed, and that a run that was
 * killed is made good by the next.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { rmSync, statSync, utimesSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Census } from '../../examples/census/census.js';
import { runProgram } from '../support/program.js';
import { TemporaryTree } from '../support/temporary-tree.js';

/** Of the tree that runs are killed on. */
const PACKAGES = 60;
const MAIN = 'examples/census/main.ts';
const CLI = 'actors/control/cli/main.ts';
const MIT =
  'Permission is hereby granted, free of charge, to any person … provided that the above copyright notice and this permission notice …';
const ISC =
  'Permission to use, copy, modify, and/or distribute this software … provided that … appear in all copies.';

const tree = new TemporaryTree();
const folders = new TemporaryTree();
const root = tree.path('node_modules');
after(() => {
  tree.remove();
  folders.remove();
});

describe('a tree of packages', () => {
  const data = folders.path('runs');
  let first: Census;

  before(async () => {
    plantPackages();
    first = await censusOf(root, data);
  });

  test('the first run counts packages, files, equal contents, licences, authors', () => {
    const { survey, isFirst, isWhole, run } = first;
    assert.deepEqual([isFirst, isWhole, run.failures], [true, true, 0]);
    const { packages, installs, files, contents, authors, duplicates, families } = survey;
    assert.deepEqual(
      { packages, installs, files, contents, authors },
      { packages: 4, installs: 4, files: 11, contents: 9, authors: 2 },
    );
    assert.deepEqual(
      [duplicates.contents, duplicates.files, duplicates.wastedBytes],
      [1, 3, 2 * 'export {};'.length],
    );
    assert.deepEqual(families, [
      { family: 'permissive', packages: 3, licences: ['MIT'] },
      { family: 'copyleft', packages: 1, licences: ['GPL-3.0-only'] },
    ]);
    assert.deepEqual(survey.topAuthors, [
      { author: 'Jane Doe', packages: 2 },
      { author: 'Joe', packages: 1 },
    ]);
  });

  test('dependencies are links to the packages that the module loader would find', () => {
    assert.deepEqual(first.survey.mostUsed, [
      { package: 'beta@1.0.0', users: 1 },
      { package: 'beta@2.0.0', users: 1 },
    ]);
    assert.deepEqual(first.survey.missing, [{ package: 'alpha@1.0.0', needs: ['absent >=3'] }]);
  });

  test('a licence that manifest and text disagree about has two claims, each with its confidence', () => {
    const claims = [
      { licence: 'MIT', confidence: 0.9 },
      { licence: 'ISC', confidence: 0.8 },
    ];
    assert.deepEqual(first.survey.disputed, [{ package: 'beta@2.0.0', claims }]);
  });

  test('what is stored can be asked with the command line', async () => {
    const values = await asked('values', 'package', 'alpha@1.0.0', data);
    assert.deepEqual(
      [values.name, values.author, values.licence, values['licence#c']],
      ['alpha', { eid: 'jane@example.org' }, [{ eid: 'MIT' }], [0.9]],
    );
    assert.deepEqual(values.depends, [
      { eid: 'beta@2.0.0', data: { range: '^2.0.0', kind: 'needed' } },
    ]);
  });

  test('a second run of what has not changed reads nothing and says so', async () => {
    const { isFirst, run, survey } = await censusOf(root, data);
    assert.deepEqual([isFirst, run.files, run.unchanged], [false, 0, 11]);
    const none = { new: 0, changed: 0, gone: 0, names: { new: [], changed: [], gone: [] } };
    assert.deepEqual([run.fileChanges, run.packageChanges], [none, none]);
    assert.deepEqual(survey, first.survey);
  });

  test('a run after changes says exactly what is new, changed and gone', async () => {
    changePackages();
    const { run, survey } = await censusOf(root, data);
    assert.deepEqual(run.fileChanges, {
      new: 1,
      changed: 3,
      gone: 5,
      names: {
        new: ['alpha/lib/more.js'],
        changed: ['alpha/index.js', 'alpha/package.json', 'beta/LICENSE'],
        gone: [
          '@scope/gamma/COPYING',
          '@scope/gamma/index.js',
          '@scope/gamma/node_modules/beta/index.js',
          '@scope/gamma/node_modules/beta/package.json',
          '@scope/gamma/package.json',
        ],
      },
    });
    assert.deepEqual(run.packageChanges, {
      new: 1,
      changed: 1,
      gone: 3,
      names: {
        new: ['alpha@1.1.0'],
        changed: ['beta@2.0.0'],
        gone: ['@scope/gamma@3.0.0', 'alpha@1.0.0', 'beta@1.0.0'],
      },
    });
    assert.deepEqual([run.touched, run.files, run.unchanged], [1, 5, 2]);
    assert.deepEqual([survey.packages, survey.files, survey.disputes], [2, 7, 0]);
    const fresh = await censusOf(root, folders.path('fresh'));
    assert.deepEqual(survey, fresh.survey, 'the same as a first run finds');
  });

  test('the report shows what has changed, and how to ask again', async () => {
    tree.write('node_modules/beta/new.js', 'new');
    const { code, stdout, stderr } = await runProgram(MAIN, [root, '--data', data]);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.match(stdout, /^files +1 +0 +0$/m);
    assert.match(stdout, /^New files\nbeta\/new\.js$/m);
    assert.match(stdout, /^ {2}npx troupe query types --data \S+runs$/m);
  });

  test('the data folder of one directory is refused for another', async () => {
    const { code, stdout, stderr } = await runProgram(MAIN, [tree.root, '--data', data]);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
    assert.match(stderr, /expected the data folder of /);
  });
});

test('killed at any point and run again, it ends with the same as if it had not been', async () => {
  const many = new TemporaryTree();
  try {
    for (let n = 0; n < PACKAGES; n++) plantOne(many, n);
    const expected = await censusOf(many.root, folders.path('whole'));
    for (const bytes of [1, 200_000, 500_000]) {
      const data = folders.path(`killed-${bytes}`);
      const { code } = await runProgram(
        MAIN,
        [many.root, '--data', data, '--threads', '2'],
        (child) => {
          const looking = setInterval(() => {
            if (logBytes(data) >= bytes) child.kill('SIGKILL');
          }, 2);
          child.once('exit', () => clearInterval(looking));
        },
      );
      assert.equal(code, undefined, `expected to be killed at ${bytes} bytes of log`);
      const again = await censusOf(many.root, data);
      assert.deepEqual(again.survey, expected.survey);
      const checked = await runProgram(CLI, ['fsck', '--data', data]);
      assert.equal(checked.code, 0, checked.stdout);
    }
  } finally {
    many.remove();
  }
});

async function censusOf(directory: string, data: string): Promise<Census> {
  const words = [directory, '--data', data, '--json', '--threads', '2'];
  const { code, stdout, stderr } = await runProgram(MAIN, words);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  return JSON.parse(stdout) as Census;
}

async function asked(...words: string[]): Promise<Record<string, unknown>> {
  const data = words.pop() as string;
  const { code, stdout } = await runProgram(CLI, ['query', ...words, '--data', data, '--json']);
  assert.equal(code, 0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** Bytes of what has been accepted; 0 before there is a folder. */
function logBytes(data: string): number {
  return statSync(`${data}/log/data.mdb`, { throwIfNoEntry: false })?.size ?? 0;
}

function manifest(name: string, version: string, rest: object): string {
  return JSON.stringify({ name, version, ...rest });
}

function plantPackages(): void {
  const write = (path: string, text: string): string => tree.write(`node_modules/${path}`, text);
  const jane = 'Jane Doe <Jane@example.org> (https://example.org)';
  write(
    'alpha/package.json',
    manifest('alpha', '1.0.0', {
      license: 'MIT',
      author: jane,
      dependencies: { beta: '^2.0.0', absent: '>=3' },
    }),
  );
  write('alpha/LICENSE', MIT);
  write('alpha/index.js', 'export {};');
  write(
    'beta/package.json',
    manifest('beta', '2.0.0', {
      license: 'MIT',
      author: { name: 'Jane Doe', email: 'jane@example.org' },
    }),
  );
  write('beta/LICENSE', ISC);
  write('beta/index.js', 'beta');
  write(
    '@scope/gamma/package.json',
    manifest('@scope/gamma', '3.0.0', {
      license: 'GPL-3.0-only',
      author: 'Joe',
      dependencies: { beta: '1' },
    }),
  );
  write('@scope/gamma/COPYING', 'GNU GENERAL PUBLIC LICENSE\n Version 3');
  write('@scope/gamma/index.js', 'export {};');
  const inner = '@scope/gamma/node_modules/beta';
  write(`${inner}/package.json`, manifest('beta', '1.0.0', { licenses: [{ type: 'MIT' }] }));
  write(`${inner}/index.js`, 'export {};');
}

/** One package upgraded, one licence set right, one package removed, a file new, one changed, one touched. */
function changePackages(): void {
  const write = (path: string, text: string): string => tree.write(`node_modules/${path}`, text);
  write('alpha/package.json', manifest('alpha', '1.1.0', { license: 'MIT', author: 'joe' }));
  write('alpha/index.js', 'export const changed = true;');
  write('alpha/lib/more.js', 'more');
  write('beta/LICENSE', MIT);
  utimesSync(tree.path('node_modules/beta/index.js'), 1, 1);
  rmSync(tree.path('node_modules/@scope'), { recursive: true });
}

function plantOne(into: TemporaryTree, n: number): void {
  const path = `node_modules/package-${n}`;
  const next = `package-${(n + 1) % PACKAGES}`;
  const rest = { license: n % 3 === 0 ? 'MIT' : 'ISC', dependencies: { [next]: '*' } };
  into.write(
    `${path}/package.json`,
    manifest(`package-${n}`, `1.0.${n % 5}`, { ...rest, author: `author ${n % 10}` }),
  );
  into.write(`${path}/LICENSE`, n % 2 === 0 ? MIT : ISC);
  for (let file = 0; file < 4; file++)
    into.write(`${path}/lib/${file}.js`, `// ${(n * file) % 200}`);
}
