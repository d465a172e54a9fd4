/**
 * `npm test [-- part-of-a-path …]`: runs the tests there are sources of, whatever older builds have left in dist, each
 * file in a process of its own. Node 20 takes no patterns, and would run everything in a folder called test.
 * Runs on: main.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { sourceFiles } from './support/source-tree.js';

/** For one file: fuzz and whole systems on a slow machine included. */
const FILE_MS_MAX = 5 * 60_000;
/** Many of them start threads of their own. */
const FILES_AT_ONCE_MAX = 4;

const built = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.slice(2);
const files = sourceFiles('test')
  .filter((file) => file.endsWith('.test.ts'))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .map((file) => join(built, file.replace(/ts$/, 'js')));

if (files.length === 0) {
  process.stderr.write(`expected a test whose path holds ${wanted.join(' or ')}, got none\n`);
  process.exit(1);
}

/** The closing lines as node prints them to a pipe, wherever they go. */
const plainSummary = new Transform({
  transform(chunk: Buffer, _encoding, done) {
    done(null, chunk.toString().replaceAll('ℹ ', '# '));
  },
});

run({
  files,
  concurrency: Math.min(availableParallelism(), FILES_AT_ONCE_MAX),
  timeout: FILE_MS_MAX,
})
  .on('test:fail', ({ todo }) => {
    if (todo === undefined || todo === false) process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(plainSummary)
  .pipe(process.stdout);
