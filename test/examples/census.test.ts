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
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { createSystem, defineActor, silentLogger } from '../../core/index.js';
import { takeCensus } from '../../examples/census/census.js';
import { digestFile } from '../../examples/census/digest-file.js';
import type { Digested } from '../../examples/census/digester-actor.js';
import { diskPathOf, shown } from '../../examples/census/disk-path.js';
import { tally } from '../../examples/census/tally-actor.js';
import { type Counts, walker } from '../../examples/census/walker-actor.js';
import { TemporaryTree } from '../support/temporary-tree.js';

const hasPipes = process.platform !== 'win32';
const hasByteNames = process.platform === 'linux';

const tree = new TemporaryTree();
after(() => tree.remove());

/** Counts; at the first files it hears of it unlinks all others, whose names the walker has read already. */
const saboteur = defineActor(import.meta.url, 'saboteur', (_ctx, directory: string) => {
  const heard: Digested[] = [];
  return {
    counted(files: readonly Digested[]) {
      const isFirst = heard.length === 0;
      heard.push(...files);
      const known = new Set(files.map(({ path }) => basename(shown(path))));
      if (!isFirst) return;
      for (const name of readdirSync(directory)) {
        if (!known.has(name)) unlinkSync(join(directory, name));
      }
    },
    heard: () => heard,
  } satisfies Counts & { heard(): Digested[] };
});

test('the census of a tree says what a plain walk says, on threads and without', async () => {
  plant(tree);
  const expected = plainWalk(tree.root);
  assert.ok(expected.files > 700 && expected.duplicates.groups > 3);
  for (const threads of [0, 2]) {
    const census = await takeCensus(tree.root, { threads, top: 3 });
    const { files, bytes, directories, links, empty, duplicates, failures, isWhole } = census;
    assert.deepEqual(
      { files, bytes, directories, links, empty, duplicates, failures, isWhole },
      { ...expected, failures: 0, isWhole: true },
    );
    const kinds = Object.fromEntries(census.kinds.map(({ kind, files: count }) => [kind, count]));
    assert.equal(kinds.JavaScript, 150);
    assert.equal(kinds.empty, 2);
    assert.equal(kinds.image, 1);
    for (const list of [census.kinds, census.threads])
      assert.equal(sum(list.map((one) => one.files)), files);
    assert.deepEqual(
      census.threads.map(({ thread }) => thread),
      threads === 0 ? [0] : [1, 2],
    );
    assert.equal(census.slowest.length, 3);
    assert.equal(census.others, hasPipes ? 1 : 0);
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
      assert.deepEqual(await digestFile(path, piece), { path, failure });
    }
    const read = await digestFile(diskPathOf(target), piece);
    assert.ok(
      'hash' in read && read.hash === createHash('sha256').update('text').digest('base64url'),
    );
  } finally {
    odd.remove();
  }
});

test('a file deleted between its finding and its reading is counted as not read', async () => {
  const shrinking = new TemporaryTree();
  const system = await createSystem({ threads: 1 });
  try {
    for (let n = 0; n < 400; n++) shrinking.write(`file-${n}`, `content ${n}`);
    const counts = system.spawn(saboteur(shrinking.root), { thread: 'main' });
    const walking = system.spawn(walker(1, counts), { thread: 'main' });
    const walked = await walking.ask('walk', diskPathOf(shrinking.root));
    assert.equal(walked.isWhole, true);
    const heard = await counts.ask('heard');
    assert.equal(new Set(heard.map(({ path }) => path)).size, 400);
    assert.equal(heard.length, 400);
    const failures = heard.flatMap((file) => ('failure' in file ? [file.failure] : []));
    assert.ok(failures.length > 0 && failures.every((failure) => failure === 'ENOENT'));
  } finally {
    await system.stop();
    shrinking.remove();
  }
});

test('when a thread dies on the way, each file is still counted once', async () => {
  const system = await createSystem({ threads: 2, logger: silentLogger });
  try {
    const counter = system.spawn(tally(3), { thread: 'main' });
    const walking = system.spawn(walker(2, counter), { thread: 'main' });
    const walk = walking.with({ deadlineMs: Infinity }).ask('walk', diskPathOf(tree.root));
    const replaced = system.events.once('threadReplaced');
    while ((await counter.ask('progress')).files < 50);
    assert.equal(system.killThread(1), true);
    await walk;
    await replaced;
    const { files, failures, failed } = await counter.ask('totals');
    assert.equal(files + failures, plainWalk(tree.root).files);
    assert.deepEqual(
      failed.filter(
        ({ failure }) => failure !== 'ACTOR_THREAD_DIED' && failure !== 'ACTOR_RESTARTED',
      ),
      [],
    );
  } finally {
    await system.stop();
  }
});

test('ended early, the census is what was counted by then, and says that it is not whole', async () => {
  const ending = new AbortController();
  ending.abort();
  const { files, isWhole } = await takeCensus(tree.root, {
    threads: 1,
    top: 3,
    signal: ending.signal,
  });
  assert.equal(isWhole, false);
  assert.ok(files < plainWalk(tree.root).files);
});

test('a root that cannot be read is one failure', async () => {
  const { files, failures, failed } = await takeCensus(tree.path('nowhere'), {
    threads: 0,
    top: 3,
  });
  assert.deepEqual({ files, failures }, { files: 0, failures: 1 });
  assert.equal(failed[0]?.failure, 'ENOENT');
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
  const all = { files: 0, bytes: 0, directories: 0, links: 0, empty: 0 };
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
      if (content.length === 0) all.empty++;
      const hash = createHash('sha256').update(content).digest('hex');
      contents.set(hash, { files: (contents.get(hash)?.files ?? 0) + 1, bytes: content.length });
    }
  };
  visit(Buffer.from(root));
  const doubled = [...contents.values()].filter(({ files, bytes }) => files > 1 && bytes > 0);
  const duplicates = {
    groups: doubled.length,
    files: sum(doubled.map(({ files }) => files)),
    wastedBytes: sum(doubled.map(({ files, bytes }) => bytes * (files - 1))),
  };
  return { ...all, duplicates };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
