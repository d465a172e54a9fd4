/** What was opened is closed in reverse, whatever fails. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Opened } from '../../actors/opened.js';

test('what was opened last is closed first, and only once', async () => {
  const closed: string[] = [];
  const opened = new Opened();
  for (const name of ['folder', 'threads', 'actors'])
    assert.equal(await opened.add(Promise.resolve(name), (it) => void closed.push(it)), name);
  await opened.close();
  await opened.close();
  assert.deepEqual(closed, ['actors', 'threads', 'folder']);
});

test('one that fails to close is rejected, after the others are closed', async () => {
  const closed: string[] = [];
  const opened = new Opened();
  await opened.add('folder', (it) => void closed.push(it));
  await opened.add('threads', () => {
    throw new Error('stuck');
  });
  await assert.rejects(opened.close(), /stuck/);
  assert.deepEqual(closed, ['folder']);
});

test('what fails to open is not closed', async () => {
  const opened = new Opened();
  await assert.rejects(
    opened.add(Promise.reject(new Error('locked')), () => assert.fail('nothing was opened')),
    /locked/,
  );
  await opened.close();
});
