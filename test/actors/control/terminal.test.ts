/** What a command writes to a terminal, to one that is narrow, dumb or gone, and to none at all. */
import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { Terminal } from '../../../actors/control/cli/terminal.js';

/** Two streams as a process has them, and what came out of them. */
function place(options: { columns?: number; isTTY?: boolean; env?: NodeJS.ProcessEnv } = {}) {
  const { columns, isTTY = true, env = { TERM: 'xterm' } } = options;
  const stream = (): PassThrough & { isTTY: boolean } =>
    Object.assign(new PassThrough(), { isTTY, ...(columns === undefined ? {} : { columns }) });
  const [stdout, stderr] = [stream(), stream()];
  const read = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? '';
  return { stdout, stderr, env, out: () => read(stdout), notes: () => read(stderr) };
}

test('progress takes one line of a terminal, however narrow, so that it can be cleared', () => {
  for (const columns of [20, 80, 200]) {
    const at = place({ columns });
    const terminal = new Terminal(false, at);
    terminal.progress('\x1b[33m12345 data-points\x1b[39m  6789/s  12 rejected', 1_000);
    const shown = stripVTControlCharacters(at.notes()).replace('\r', '');
    assert.ok(shown.length < columns && shown.startsWith('12345 data-points'), shown);
    terminal.print('result');
    assert.equal(at.notes(), '\r\x1b[2K');
    assert.equal(at.out(), 'result\n');
  }
});

test('progress is for terminals that can clear a line', () => {
  for (const options of [{ env: { TERM: 'dumb' } }, { isTTY: false }]) {
    const at = place(options);
    new Terminal(false, at).progress('12345 data-points', 1_000);
    assert.equal(at.notes(), '');
  }
});

test('nothing that is printed steers the terminal, in results, notes and complaints, as JSON too', () => {
  const hostile = 'a\x1b[2Jb\x07\x9b31m\u202e';
  const at = place({ env: { TERM: 'xterm', NO_COLOR: '1' } });
  const terminal = new Terminal(false, at);
  terminal.print(hostile);
  terminal.result({ hostile }, () => hostile);
  terminal.printJson({ hostile });
  new Terminal(true, at).result({ hostile }, () => '');
  terminal.note(hostile);
  terminal.complain(`${hostile}\x1b[8m`);
  const printed = at.out() + at.notes();
  assert.doesNotMatch(printed, /[^\P{Cc}\n]|\u202e/u);
  assert.equal(printed.match(/\\u001b\[2J/g)?.length, 6);
  assert.match(printed, /\\u001b\[8m/);
});

test('colour is for a terminal that shows it and a reader who wants it, whatever the process itself writes to', () => {
  const isColoured = (options: Parameters<typeof place>[0]): boolean => {
    const at = place(options);
    const terminal = new Terminal(false, at);
    terminal.complain('too late');
    terminal.print(terminal.colours.dim('head'));
    const [isOut, isNote] = [at.out(), at.notes()].map((text) => text.includes('\x1b['));
    assert.equal(isOut, isNote);
    return isOut === true;
  };
  assert.equal(isColoured({}), true);
  assert.equal(isColoured({ env: { TERM: 'xterm', NO_COLOR: '' } }), true);
  assert.equal(isColoured({ env: { TERM: 'xterm', NO_COLOR: '1' } }), false);
  assert.equal(isColoured({ env: { TERM: 'dumb' } }), false);
  assert.equal(
    isColoured({ isTTY: false, env: { TERM: 'xterm', CI: 'true', FORCE_COLOR: '1' } }),
    false,
  );
});

for (const [code, isBroken] of [
  ['EPIPE', false],
  ['EIO', false],
  ['ENOSPC', true],
] as const) {
  test(`a result that ends in ${code} ${isBroken ? 'is told' : 'is of a reader who went away'}`, async () => {
    const at = place();
    const write = (_: unknown, __: unknown, done: (error: Error) => void): void =>
      done(Object.assign(new Error(code), { code }));
    const stdout = Object.assign(new Writable({ write }), { isTTY: true });
    const terminal = new Terminal(false, { ...at, stdout });
    terminal.print('result');
    await terminal.flush();
    terminal.print('more');
    assert.deepEqual([terminal.isBroken, terminal.gone.aborted], [isBroken, true]);
    assert.equal(at.notes() !== '', isBroken);
  });
}
