/**
 * The manuals against the code of the platform: error codes, limits, options, routes, commands and exit codes are in both.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EXIT_CODES } from '../actors/control/cli/exit-codes.js';
import { templateFiles } from '../actors/control/cli/template.js';
import { httpSettings } from '../actors/control/http-options.js';
import { httpRoutes } from '../actors/control/http-routes/all-routes.js';
import { Metrics } from '../actors/control/metrics.js';
import { PointLog } from '../actors/control/point-log.js';
import { servedPlatform } from '../actors/control/served-platform.js';
import { HOOK_TYPES } from '../actors/entity/hook.js';
import { PLATFORM_ERROR_CODES } from '../actors/errors.js';
import { CONFIG_LIMITS, HTTP_LIMITS, PLATFORM_LIMITS } from '../actors/limits.js';
import { UNSUPPORTED_CALLS } from '../actors/module/registrar.js';
import { silentLogger } from '../core/index.js';
import { STORE_ERROR_CODES } from '../stores/errors.js';
import { STORE_LIMITS } from '../stores/limits.js';
import { firstColumn, keysOf, manuals, rowsOf, sectionOf } from './support/manuals.js';
import { ServedPlatform } from './support/served-platform.js';
import { sourceFiles, textOf } from './support/source-tree.js';
import { TroupeCommand } from './support/troupe-command.js';

/** Options by command, as its help writes it: `query list <etype>`. */
const commands = new Map<string, readonly string[]>();
const troupe = new TroupeCommand();
let routes: readonly string[] = [];

before(async () => {
  await readHelp([]);
  routes = await listRoutes();
});
after(() => troupe.remove());

for (const [heading, codes] of Object.entries({
  'Store error codes': STORE_ERROR_CODES,
  'Platform error codes': PLATFORM_ERROR_CODES,
})) {
  test(`SEMANTICS.md explains the ${heading.toLowerCase()}, and none that is not`, () => {
    assert.deepEqual(firstColumn(heading), Object.keys(codes).sort());
  });
}

for (const [heading, limits] of Object.entries({
  'Store limits': STORE_LIMITS,
  'Platform limits': PLATFORM_LIMITS,
  'HTTP limits': HTTP_LIMITS,
  'Configuration limits': CONFIG_LIMITS,
})) {
  test(`SEMANTICS.md lists the ${heading} with their values`, () => {
    const written = rowsOf(heading).map(([name = '', value = '']) => [
      name,
      value.replaceAll(' ', ''),
    ]);
    const values = Object.entries(limits).map(([name, value]) => [name, String(value)]);
    assert.deepEqual(Object.fromEntries(written), Object.fromEntries(values));
  });
}

test('SEMANTICS.md lists the options of a platform and of its HTTP API, and none that is not', () => {
  const options = [
    ...keysOf('actors/platform-config.ts', 'PlatformConfig'),
    ...keysOf('actors/control/http-options.ts', 'HttpOptions'),
  ];
  assert.ok(options.length > 20, `expected the options of both, got ${options}`);
  assert.deepEqual(firstColumn('Platform options'), options.sort());
});

test('SEMANTICS.md lists each kind of change, and none that is not', () => {
  const text = textOf('actors/entity/change-feed.ts');
  const kinds = [...text.matchAll(/^ {2}readonly type: ('.*');$/gm)].flatMap(([, union = '']) =>
    union.split('|').map((kind) => kind.trim().slice(1, -1)),
  );
  assert.deepEqual(firstColumn('Changes'), kinds.sort());
});

test('SEMANTICS.md explains each reason for which a task is given up, and none that is not', () => {
  const [, union = ''] =
    /type DeadLetterReason =([^;]*);/.exec(textOf('stores/dead-letter-codec.ts')) ?? [];
  const reasons = [...union.matchAll(/'(\w+)'/g)].map(([, reason = '']) => reason);
  assert.deepEqual(firstColumn('Tasks given up'), reasons.sort());
});

test('SEMANTICS.md names each hook, and the README each call that is not there yet', () => {
  const hooks = sectionOf('Hooks');
  const missing = HOOK_TYPES.filter((type) => !hooks.includes(`\`${type}\``));
  assert.deepEqual(missing, []);
  const readme = textOf('README.md');
  const unnamed = UNSUPPORTED_CALLS.filter((call) => !readme.includes(`\`${call}\``));
  assert.deepEqual(unnamed, []);
});

test('SEMANTICS.md lists each route, and none that is not', () => {
  assert.deepEqual(firstColumn('HTTP routes'), [...routes].sort());
});

test('SEMANTICS.md names each code that an answer of the HTTP API carries', () => {
  const codes = sourceFiles('actors/control').flatMap((file) =>
    [...textOf(file).matchAll(/\bcode: '([A-Z_]+)'/g)].map(([, code = '']) => code),
  );
  assert.ok(codes.length >= 5, `expected codes of answers, got ${codes}`);
  assert.deepEqual(
    codes.filter((code) => !manuals.includes(`\`${code}\``)),
    [],
  );
});

test('SEMANTICS.md lists each command with all its options, and none that is not', () => {
  const written = rowsOf('Commands')
    .filter(([command = '']) => command.startsWith('troupe '))
    .map(([command = '', options = '']) => [
      command.slice('troupe '.length),
      [...options.matchAll(/`(--[\w-]+)`/g)].map(([, option]) => option).sort(),
    ]);
  assert.deepEqual(Object.fromEntries(written), Object.fromEntries(commands));
});

test('SEMANTICS.md explains each exit code, and none that is not', () => {
  const written = rowsOf('Commands').filter(([first = '']) => /^\d+$/.test(first));
  assert.deepEqual(Object.fromEntries(written), { ...EXIT_CODES });
});

test('each troupe command line of the README is one that there is', () => {
  const lines = [...textOf('README.md').matchAll(/^(?:npx )?troupe ([^|#\n]*)/gm)];
  assert.ok(lines.length >= 8, `expected command lines in README.md, got ${lines.length}`);
  for (const [line, text = ''] of lines) {
    const words = text.trim().split(/\s+/);
    const found = [...commands].filter(([command]) => {
      const names = command.split(' ').filter((word) => !/^[<[]/.test(word));
      return names.every((name, index) => words[index] === name);
    });
    assert.equal(found.length, 1, line);
    const options = words.filter((word) => word.startsWith('--'));
    assert.deepEqual(
      options.filter((option) => !found[0]?.[1].includes(option)),
      [],
      line,
    );
  }
});

test('the module that the README shows is the one that troupe init writes', () => {
  const shown = [...textOf('README.md').matchAll(/```js\n(.*?)```/gs)].map(([, text]) => text);
  const written = templateFiles('0.0.0', 0)['modules/networks.js'];
  assert.ok(shown.some((text) => text !== undefined && written?.includes(text)));
});

/** Reads the help of a command and of those below it. */
async function readHelp(path: readonly string[]): Promise<void> {
  const { code, stdout } = await troupe.run([...path, '--help']);
  assert.equal(code, 0, path.join(' '));
  const [, list = ''] = /^Commands:\n((?: {2}.*\n)*)/m.exec(stdout) ?? [];
  const below = [...list.matchAll(/^ {2}([\w-]+)/gm)].map(([, name = '']) => name);
  if (below.length > 0) {
    await Promise.all(
      below.filter((name) => name !== 'help').map((name) => readHelp([...path, name])),
    );
    return;
  }
  const [, usage = ''] = /^Usage: troupe (.*)$/m.exec(stdout) ?? [];
  const options = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, name = '']) => name);
  const own = options.filter((option) => option !== '--help').sort();
  commands.set(usage.replace(' [options]', ''), own);
}

/** `METHOD /path` of every route, the document's own too. */
async function listRoutes(): Promise<string[]> {
  const served = await ServedPlatform.start();
  try {
    const platform = servedPlatform(served.platform);
    const settings = httpSettings({});
    const none = { goodFile: undefined, badFile: undefined, logger: silentLogger };
    const kit = {
      platform,
      settings,
      metrics: new Metrics(platform),
      pointLog: new PointLog(none),
    };
    const own = httpRoutes(kit).map(({ method, path }) => `${method} ${path}`);
    return [...own, 'GET /openapi.json'];
  } finally {
    await served.stop();
  }
}
