/**
 * `npm test [-- part-of-a-path …]`: runs the tests there are sources of, whatever older builds have left in dist, each
 * file in a process of its own. Node 20 takes no patterns, and would run everything in a folder called test.
 * Runs on: main.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { sourceFiles } from './support/source-tree.js';

/** For one file: fuzz and whole systems on a slow machine included. */
const FILE_MS_MAX = 5 * 60_000;
/** Those that kill processes again and again: each life costs a start, which takes seconds on a loaded machine. */
const CRASH_FILE_MS_MAX = 15 * 60_000;
const CRASH_FILE = /\bcrash\.test|\/destructive\//;
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

type TestEvent = { readonly type: string; readonly data: Record<string, unknown> };
const CLOSING = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) ([\d.]+)$/;

/** Both kinds of files one after the other, with one account of all at the end. */
async function* everything(): AsyncGenerator<TestEvent, void, undefined> {
  const sums = new Map<string, number>();
  for (const [isCrash, timeout] of [
    [false, FILE_MS_MAX],
    [true, CRASH_FILE_MS_MAX],
  ] as const) {
    const chosen = files.filter((file) => CRASH_FILE.test(file) === isCrash);
    if (chosen.length === 0) continue;
    const concurrency = Math.min(availableParallelism(), FILES_AT_ONCE_MAX);
    const running: AsyncIterable<TestEvent> = run({ files: chosen, concurrency, timeout });
    for await (const event of running) {
      const { nesting, message, todo } = event.data;
      if (event.type === 'test:fail' && (todo === undefined || todo === false))
        process.exitCode = 1;
      const closing = event.type === 'test:diagnostic' && nesting === 0 ? String(message) : '';
      const [, what, count] = CLOSING.exec(closing) ?? [];
      if (what === undefined) yield event;
      else sums.set(what, (sums.get(what) ?? 0) + Number(count));
    }
  }
  for (const [what, count] of sums)
    yield { type: 'test:diagnostic', data: { nesting: 0, message: `${what} ${count}` } };
}

Readable.from(everything()).compose(new spec()).pipe(plainSummary).pipe(process.stdout);
