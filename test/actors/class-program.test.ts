/** A module that stands in the program's own file, which threads load too. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createPlatform } from '../../actors/platform.js';
import { defineEntity, plain } from '../../stores/index.js';
import { runProgram } from '../support/program.js';
import { TemporaryTree } from '../support/temporary-tree.js';

const tree = new TemporaryTree();
after(() => tree.remove());

let folders = 0;
const said = async (way: string, threads = 1): Promise<string> => {
  const data = tree.path(`data-${folders++}`);
  const ended = await runProgram('test/support/class-program.ts', [data, way, String(threads)]);
  assert.equal(ended.code, 0, ended.stderr);
  return ended.stdout;
};

test('a class in the file of a program that waits for its platform works when the program names it', async () => {
  assert.equal(await said('named'), 'of a\n');
});

test('so it does without threads', async () => {
  assert.equal(await said('named', 0), 'of a\n');
});

test('a definition there works as it is', async () => {
  assert.equal(await said('definition'), 'of a\n');
});

test('an exported class works in a program that does not wait at its top level', async () => {
  assert.equal(await said('later'), 'of a\n');
});

for (const threads of [1, 0]) {
  test(`a class that stands behind the wait is MODULE_FAILED with what to do, ${threads} threads`, async () => {
    const text = await said('exported', threads);
    assert.match(text, /^MODULE_FAILED module "labels" .*waits for createPlatform/);
    assert.match(text, /\{ name, file, class \}.*file of its own.*defineModule/);
  });
}

test('a class without name and file, or something else as a class, is a fault that says what is taken', async () => {
  const host = defineEntity('host', { id: 'string', attributes: { label: plain('string') } });
  const start = (entry: unknown) =>
    createPlatform({ data: tree.path('never'), entities: [host], modules: [entry as never] });
  const { BaseModule } = await import('../../actors/index.js');
  class Labels extends BaseModule {}
  await assert.rejects(start(Labels), {
    code: 'CONFIG_INVALID',
    message: /modules\[0\]: expected .*\{ name, file, class \}, got a class alone/,
  });
  await assert.rejects(start({ name: 'x', file: import.meta.url, class: {} }), {
    code: 'CONFIG_INVALID',
  });
});
