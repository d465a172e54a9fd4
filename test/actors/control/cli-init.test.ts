/** An application that `troupe init` wrote gets the package it was written by: from a registry, or from a clone. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ROOT } from '../../support/source-tree.js';
import { TemporaryTree } from '../../support/temporary-tree.js';
import { TroupeCommand } from '../../support/troupe-command.js';

/** As in a clone: not below any node_modules. */
const BUILT = fileURLToPath(new URL('../../../actors/control/cli/main.js', import.meta.url));
const COMMAND_MS_MAX = 100_000;

const tree = new TemporaryTree();
const troupe = new TroupeCommand();
after(() => {
  tree.remove();
  troupe.remove();
});

function run(program: string, words: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, words, { cwd, timeout: COMMAND_MS_MAX }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program} ${words.join(' ')}: ${stderr}`, { cause: error }));
    });
  });
}

function dependencyIn(app: string): string | undefined {
  const text = readFileSync(join(app, 'package.json'), 'utf8');
  return (JSON.parse(text) as { dependencies: Record<string, string> }).dependencies.troupe;
}

test('written by a clone it names the clone, and npm install needs no registry', async () => {
  await run(process.execPath, [BUILT, 'init', 'app'], tree.root);
  const app = tree.path('app');
  assert.equal(dependencyIn(app), `file:${ROOT}`);
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund'], app);
  assert.equal(realpathSync(join(app, 'node_modules', 'troupe')), realpathSync(ROOT));
  const asked = "console.log(import.meta.resolve('troupe/actors'))";
  const found = await run(process.execPath, ['--input-type=module', '-e', asked], app);
  assert.equal(found.trim(), pathToFileURL(join(realpathSync(ROOT), 'dist/actors/index.js')).href);
});

test('written by an installed package it names the version', async () => {
  assert.equal((await troupe.run(['init', 'app'])).code, 0);
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  assert.equal(dependencyIn(troupe.path('app')), `^${version}`);
});
