/** What the doors of the package load: proven by taking away what they must not need. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InstalledPackage } from '../support/installed-package.js';

const project = new InstalledPackage();
after(() => project.remove());

function takeAway(...names: readonly string[]): void {
  for (const name of names)
    rmSync(join(project.folder, 'node_modules', name), { recursive: true, force: true });
}

async function loads(door: string): Promise<{ code: number; stderr: string }> {
  project.write('load.mjs', `await import('${door}');`);
  const { code, stderr } = await project.node('load.mjs');
  return { code, stderr };
}

const SERVERS = ['fastify', '@fastify/cors', '@fastify/swagger', 'prom-client'];
const WORDS = ['commander', 'picocolors', 'cli-table3'];

test('troupe/actors loads no server and no command line, before one is asked for', async () => {
  takeAway(...SERVERS, ...WORDS);
  assert.deepEqual(await loads('troupe/actors'), { code: 0, stderr: '' });
  const { code, stderr } = await loads('troupe/dist/actors/control/http-server.js');
  assert.notEqual(code, 0);
  assert.match(stderr, /ERR_PACKAGE_PATH_NOT_EXPORTED/, 'inner files are nobody else’s');
});

test('troupe loads neither stores nor schemas, nor anything of the platform', async () => {
  takeAway('lmdb', 'zod', 'yaml', 'lossless-json');
  for (const door of ['troupe', 'troupe/testkit'])
    assert.deepEqual([door, await loads(door)], [door, { code: 0, stderr: '' }]);
  assert.notEqual((await loads('troupe/actors')).code, 0, 'troupe/actors needs the stores');
});
