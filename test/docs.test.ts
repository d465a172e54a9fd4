/**
 * The manuals against the code of the runtime, and what holds for all documents: whatever a user can write, meet or read
 * about is in both. The platform's part: docs-platform.test.ts.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { ERROR_CODES } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { firstColumn, keysOf, manuals, rowsOf } from './support/manuals.js';
import { ROOT, sourceFiles, textOf } from './support/source-tree.js';

const documents = readdirSync(ROOT).filter((name) => name.endsWith('.md'));

test('SEMANTICS.md explains each error code, and none that is not', () => {
  assert.deepEqual(firstColumn('Error codes'), Object.keys(ERROR_CODES).sort());
});

test('SEMANTICS.md explains each reason of a dead letter, and none that is not', () => {
  const [, union = ''] =
    /type DeadLetterReason =([^;]*);/.exec(textOf('core/system-events.ts')) ?? [];
  const reasons = [...union.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, reason = '']) => reason);
  assert.deepEqual(firstColumn('Dead letters'), reasons.sort());
});

test('SEMANTICS.md lists each event, and none that is not', () => {
  const [, map = ''] =
    /type SystemEvents = \{([^}]*)\}/.exec(textOf('core/system-events.ts')) ?? [];
  const events = [...map.matchAll(/^ {2}(\w+):/gm)].map(([, name = '']) => name);
  assert.deepEqual(firstColumn('Events'), events.sort());
});

test('SEMANTICS.md lists each limit with its value', () => {
  const written = rowsOf('Limits').map(([name = '', value = '']) => [
    name,
    value.replaceAll(' ', ''),
  ]);
  const limits = Object.entries(LIMITS).map(([name, value]) => [name, String(value)]);
  assert.deepEqual(Object.fromEntries(written), Object.fromEntries(limits));
});

for (const [file, interfaces] of Object.entries({
  'core/config.ts': ['SystemOptions', 'ThreadMemoryLimits'],
  'core/actor/spawn-options.ts': ['SpawnOptions', 'MailboxOptions', 'ReplicaOptions'],
  'core/actor/definition.ts': ['DefinitionOptions'],
  'core/actor/actor-ref.ts': ['AskOptions'],
  'core/actor/expose.ts': ['ExposeOptions'],
  'core/routing/pool.ts': ['PoolOptions', 'RunOptions'],
  'core/supervision-options.ts': ['SupervisionOptions'],
})) {
  for (const name of interfaces) {
    test(`each of ${name} is documented`, () => {
      const keys = keysOf(file, name);
      assert.ok(keys.length > 0, `expected ${name} in ${file} to have keys`);
      assert.deepEqual(
        keys.filter((key) => !manuals.includes(`\`${key}\``) && !manuals.includes(`\`${key}:`)),
        [],
      );
    });
  }
}

test('README.md names each example', () => {
  const examples = sourceFiles('examples').filter((file) =>
    /^examples\/([^/]+|[^/]+\/main)\.ts$/.test(file),
  );
  const readme = textOf('README.md');
  assert.deepEqual(
    examples.filter((file) => !readme.includes(file)),
    [],
  );
});

test('each npm command in the documents is one of package.json', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const commands = documents.flatMap((name) =>
    [...textOf(name).matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
      ([, script, short]) => script ?? short ?? '',
    ),
  );
  assert.ok(
    commands.includes('start') && commands.includes('test'),
    'expected npm start and npm test',
  );
  assert.deepEqual(
    commands.filter((command) => scripts[command] === undefined),
    [],
  );
});

test('each file a document links to or names is there', () => {
  const missing = documents.flatMap((name) => {
    const text = textOf(name);
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, path = '']) => path);
    const named = [
      ...text.matchAll(/`((?:core|bench|examples|test|stores|actors)\/[\w./-]+\.\w+)`/g),
    ];
    return [...links, ...named.map(([, path = '']) => path)]
      .filter((path) => !existsSync(join(ROOT, dirname(name), path)))
      .map((path) => `${name}: ${path}`);
  });
  assert.deepEqual(missing, []);
});
