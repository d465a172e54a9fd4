/**
 * The census against a plain walk of the same tree: every file counted once, whatever is wrong with it.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { after, test } from 'node:test';
import { silentLogger } from '../../core/index.js';
import { type Census, type CensusOptions, takeCensus } from '../../examples/census/census.js';
import { diskPathOf } from '../../examples/census/disk-path.js';
import { readFile } from '../../examples/census/read-file.js';
import { TemporaryTree } from '../support/temporary-tree.js';

const hasPipes = process.platform !== 'win32';
const hasByteNames = process.platform === 'linux';

const tree = new TemporaryTree();
const folders = new TemporaryTree();
after(() => {
  tree.remove();
  folders.remove();
});

let taken = 0;
/** With a data folder of its own. */
function take(directory: string, options: Partial<CensusOptions>): Promise<Census> {
  return takeCensus(directory, { data: folders.path(`${taken++}`), top: 3, ...options });
}

test('the census of a tree says what a plain walk says, on threads and without', async () => {
  plant(tree);
  const expected = plainWalk(tree.root);
  assert.ok(expected.files > 700 && expected.duplicates.contents > 3);
  for (const threads of [0, 2]) {
    const { survey, run, isWhole, isFirst } = await take(tree.root, { threads });
    const { files, bytes, contents, duplicates } = survey;
    const { contents: doubled, files: copies, wastedBytes } = duplicates;
    assert.deepEqual(
      { files, bytes, contents, duplicates: { contents: doubled, files: copies, wastedBytes } },
      pick(expected, ['files', 'bytes', 'contents', 'duplicates']),
    );
    assert.deepEqual(
      { directories: run.directories, links: run.links, failures: run.failures, isWhole, isFirst },
      { ...pick(expected, ['directories', 'links']), failures: 0, isWhole: true, isFirst: true },
    );
    const kinds = Object.fromEntries(survey.kinds.map(({ kind, files: count }) => [kind, count]));
    assert.equal(kinds.JavaScript, 150);
    assert.equal(kinds.image, 1);
    for (const list of [survey.kinds, run.threads])
      assert.equal(sum(list.map((one) => one.files)), files);
    assert.deepEqual(
      run.threads.map(({ thread }) => thread),
      threads === 0 ? [0] : [1, 2],
    );
    assert.equal(run.slowest.length, 3);
    assert.equal(run.others, hasPipes ? 1 : 0);
  }
});

test('what is no file any more, or never was, is a failure with its reason', async () => {
  const odd = new TemporaryTree();
  const piece = Buffer.alloc(16);
  try {
    const target = odd.write('target', 'text');
    symlinkSync(target, odd.path('link'));
    mkdirSync(odd.path('folder'));
    const failures = new Map([
      ['missing', 'ENOENT'],
      ['link', 'ELOOP'],
      ['folder', 'NOT_A_FILE'],
    ]);
    if (hasPipes) {
      execFileSync('mkfifo', [odd.path('pipe')]);
      failures.set('pipe', 'NOT_A_FILE');
    } else failures.delete('link');
    for (const [name, failure] of failures) {
      const path = diskPathOf(odd.path(name));
      assert.deepEqual(await readFile({ path, isText: false }, piece), { path, failure });
    }
    const path = diskPathOf(target);
    const read = await readFile({ path, isText: true }, piece);
    assert.ok('hash' in read && read.text === 'text');
    assert.equal(read.hash, createHash('sha256').update('text').digest('base64url'));
    const { bytes, modified } = read;
    const again = await readFile({ path, isText: true, known: { bytes, modified } }, piece);
    assert.deepEqual(again, { path, isUnchanged: true });
  } finally {
    odd.remove();
  }
});

test('a file deleted between its finding and its reading is a failure, and is not there', async () => {
  const shrinking = new TemporaryTree();
  try {
    for (let n = 0; n < 2_000; n++) shrinking.write(`file-${n}`, `content ${n}`);
    // The names are read in one go, with the first file.
    const removeSome = (): void => {
      for (const name of readdirSync(shrinking.root).slice(1_500)) unlinkSync(shrinking.path(name));
    };
    let isRemoved = false;
    const { survey, run } = await take(shrinking.root, {
      threads: 1,
      onProgress: () => {
        if (!isRemoved) removeSome();
        isRemoved = true;
      },
    });
    assert.equal(survey.files + run.failures, 2_000);
    assert.ok(run.failed.every(({ failure }) => failure === 'ENOENT'));
  } finally {
    shrinking.remove();
  }
});

test('when a thread dies on the way, each file is counted once or named as not read', async () => {
  const expected = plainWalk(tree.root).files;
  const data = folders.path('dying');
  let isKilled = false;
  const { survey, run } = await take(tree.root, {
    data,
    threads: 2,
    logger: silentLogger,
    onStart: (system) => {
      isKilled = system.killThread(1);
    },
  });
  assert.equal(isKilled, true);
  assert.equal(survey.files + run.failures, expected);
  const second = await take(tree.root, { data, threads: 2 });
  assert.equal(second.survey.files, expected);
  assert.equal(second.run.fileChanges.new, run.failures);
});

test('ended early, the census is what was stored by then, and says that it is not whole', async () => {
  const data = folders.path('ended');
  const ending = new AbortController();
  ending.abort();
  const first = await take(tree.root, { data, threads: 1, signal: ending.signal });
  assert.equal(first.isWhole, false);
  assert.ok(first.survey.files < plainWalk(tree.root).files);
  const second = await take(tree.root, { data, threads: 1 });
  assert.equal(second.survey.files, plainWalk(tree.root).files);
});

test('a root that cannot be read is one failure', async () => {
  const { survey, run } = await take(folders.path('nowhere'), { threads: 0 });
  assert.deepEqual([survey.files, run.failures, run.failed[0]?.failure], [0, 1, 'ENOENT']);
});

/** Plants duplicates, empty files, deep folders, names of all sorts, links, a pipe. */
function plant(into: TemporaryTree): void {
  for (let n = 0; n < 600; n++)
    into.write(`many/${n % 7}/file-${n}.${n % 4 === 0 ? 'js' : 'txt'}`, `// ${n % 400}`);
  for (let n = 0; n < 100; n++) into.write(`single/${n}`, `only ${n}`);
  into.write('empty-1', '');
  into.write('sub/empty-2', '');
  into.write('large.bin', Buffer.alloc(3_000_000, 7));
  into.write('large-again.bin', Buffer.alloc(3_000_000, 7));
  into.write('picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]));
  into.write(`${Array.from({ length: 60 }, () => 'deep').join('/')}/end`, 'far down');
  for (const name of [
    ' ',
    'a b',
    '-rf',
    "it's",
    'ünïcödé 名前',
    '$(ls)',
    'x\u200by',
    '.hidden',
    '...',
  ])
    into.write(`names/${name}`, name);
  if (hasPipes) into.write('names/line\nfeed\\back"quote*', 'odd');
  if (hasByteNames)
    writeFileSync(
      Buffer.concat([Buffer.from(`${into.path('names')}/`), Buffer.from([0xff, 0xfe, 0x80])]),
      'no text',
    );
  symlinkSync(into.root, into.path('circle'), 'junction');
  symlinkSync(into.path('nowhere'), into.path('dangling'), 'junction');
  if (hasPipes) execFileSync('mkfifo', [into.path('pipe')]);
}

/** The same figures by the simplest means. */
function plainWalk(root: string) {
  const contents = new Map<string, { files: number; bytes: number }>();
  const all = { files: 0, bytes: 0, directories: 0, links: 0 };
  const visit = (directory: Buffer): void => {
    all.directories++;
    for (const entry of readdirSync(directory, { encoding: 'buffer', withFileTypes: true })) {
      const path = Buffer.concat([directory, Buffer.from('/'), entry.name]);
      if (entry.isSymbolicLink()) all.links++;
      if (entry.isDirectory()) visit(path);
      if (!entry.isFile()) continue;
      const content = readFileSync(path);
      all.files++;
      all.bytes += content.length;
      const hash = createHash('sha256').update(content).digest('hex');
      contents.set(hash, { files: (contents.get(hash)?.files ?? 0) + 1, bytes: content.length });
    }
  };
  visit(Buffer.from(root));
  const doubled = [...contents.values()].filter(({ files, bytes }) => files > 1 && bytes > 0);
  const duplicates = {
    contents: doubled.length,
    files: sum(doubled.map(({ files }) => files)),
    wastedBytes: sum(doubled.map(({ files, bytes }) => bytes * (files - 1))),
  };
  return { ...all, contents: contents.size, duplicates };
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
