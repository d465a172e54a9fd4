/**
 * The package as its users have it: installed in another project, imported and required, in JavaScript, TypeScript
 * and bundled, its types checked with nothing skipped. Every program is a process of its own, with two pool threads.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { build } from 'esbuild';
import { InstalledPackage, type Outcome } from './support/installed-package.js';
import { ROOT, textOf } from './support/source-tree.js';

/** What the lock file says of one package; names are keys. */
type LockedPackage = Readonly<
  Partial<Record<'dependencies' | 'devDependencies' | 'optionalDependencies', object>>
>;

const project = new InstalledPackage();
after(() => project.remove());

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const TSX = join(ROOT, 'node_modules/tsx/dist/cli.mjs');

/** Two actors on two threads: the second passes on to the first what it is told. */
const actors = (from: string, type = (_name: string): string => ''): string => `
const adder = defineActor(${from}, 'adder', (ctx, start${type('number')}) => {
  let total = start;
  return { add(n${type('number')}) { total += n; }, total: () => total, thread: () => ctx.thread };
});
const relay = defineActor(${from}, 'relay', (ctx, to${type('ActorRef<ProtocolOf<typeof adder>>')}) => ({
  pass(n${type('number')}) { to.tell('add', n); },
  async where() { return [await to.ask('total'), await to.ask('thread'), ctx.thread]; },
}));
`;
const MAIN = `
const system = await createSystem({ threads: 2, spareThreads: 0 });
const first = system.spawn(adder(0), { thread: 1 });
const second = system.spawn(relay(first), { thread: 2 });
for (let n = 1; n <= 100; n++) await second.send('pass', n);
console.log(JSON.stringify(await second.ask('where')));
const { drained } = await system.stop();
process.exitCode = drained ? 0 : 1;
`;
const asFunction = (text: string): string => `(async () => {${text}})();`;
const typed = (name: string): string => `: ${name}`;
const ADDED_OVER_THREADS: Outcome = { code: 0, stdout: '[5050,1,2]\n', stderr: '' };

test('npm ci finds all it needs in the lock file, and no address of a registry', () => {
  const text = textOf('package-lock.json');
  const { packages } = JSON.parse(text) as { packages: Record<string, LockedPackage> };
  const names = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')));
  const wanted = Object.values(packages).flatMap((one) =>
    Object.keys({ ...one.dependencies, ...one.devDependencies, ...one.optionalDependencies }),
  );
  assert.deepEqual(
    wanted.filter((name) => !names.has(name)),
    [],
  );
  assert.ok(!text.includes('"resolved"'), 'expected no addresses in package-lock.json');
});

test('one JavaScript module may define actors and be the program that spawns them', async () => {
  project.write(
    'program.js',
    `import { createSystem, defineActor } from 'troupe';${actors('import.meta.url')}${MAIN}`,
  );
  assert.deepEqual(await project.node('program.js'), ADDED_OVER_THREADS);
});

test('a TypeScript module runs under tsx, its actors in threads too', async () => {
  project.link('tsx');
  project.write(
    'typed-program.ts',
    `import { type ActorRef, createSystem, defineActor, type ProtocolOf } from 'troupe';
${actors('import.meta.url', typed)}${MAIN}`,
  );
  assert.deepEqual(await project.node(TSX, 'typed-program.ts'), ADDED_OVER_THREADS);
});

test('a CommonJS program may require the package', async () => {
  project.write(
    'required.cjs',
    `const { createSystem, defineActor } = require('troupe');${actors('__filename')}${asFunction(MAIN)}`,
  );
  assert.deepEqual(await project.node('required.cjs'), ADDED_OVER_THREADS);
});

test('a CommonJS program may import the package', async () => {
  const program = `const { createSystem, defineActor } = await import('troupe');${actors('__filename')}${MAIN}`;
  project.write('imported.cjs', asFunction(program));
  assert.deepEqual(await project.node('imported.cjs'), ADDED_OVER_THREADS);
});

test('a service may be bundled with its actors, as long as the package itself is not', async () => {
  project.write(
    'actors.ts',
    `import { type ActorRef, defineActor, type ProtocolOf } from 'troupe';
${actors('import.meta.url', typed)}export { adder, relay };`,
  );
  project.write(
    'service.ts',
    `import { createSystem } from 'troupe';
import { adder, relay } from './actors.js';
${MAIN}`,
  );
  await build({
    entryPoints: [join(project.folder, 'service.ts')],
    outfile: join(project.folder, 'bundle.mjs'),
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    external: ['troupe'],
  });
  assert.deepEqual(await project.node('bundle.mjs'), ADDED_OVER_THREADS);
});

test('both doors can be imported and required, and are the same modules either way', async () => {
  project.write(
    'doors.cjs',
    `(async () => {
  for (const door of ['troupe', 'troupe/testkit']) {
    console.log(door, (await import(door)) === require(door), Object.keys(require(door)).length > 0);
  }
})();`,
  );
  const stdout = 'troupe true true\ntroupe/testkit true true\n';
  assert.deepEqual(await project.node('doors.cjs'), { code: 0, stdout, stderr: '' });
});

test('its types are checked whole in the strictest project, and bring no other package but the schema types', async () => {
  project.link('@types/node');
  project.write(
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        module: 'NodeNext',
        target: 'ES2022',
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: false,
        declaration: true,
        outDir: 'out',
        types: ['node'],
      },
      files: ['exporting.ts', 'requiring.cts'],
    }),
  );
  project.write(
    'exporting.ts',
    `import { type ActorRef, createSystem, defineActor, group, type ProtocolOf } from 'troupe';
import * as testkit from 'troupe/testkit';
${actors('import.meta.url', typed)}
export { adder, relay, testkit };
export const system = await createSystem();
export const first = system.spawn(adder(0));
export const refs = [first, system.spawn(adder(1))];
export const bound = first.with({ deadlineMs: 1 });
export const remote = first.remote();
export const total = await first.ask('total');
export const prices = group<{ tick(n: number): void }>('prices');
export const stats = system.stats();
`,
  );
  project.write(
    'requiring.cts',
    `import troupe = require('troupe');
export const adder = troupe.defineActor(__filename, 'adder', () => ({ add: (n: number) => n }));
`,
  );
  const { code, stdout } = await project.node(TSC, '-p', 'tsconfig.json', '--listFiles');
  const faults = stdout.split('\n').filter((line) => / error TS\d+: /.test(line));
  assert.deepEqual({ code, faults }, { code: 0, faults: [] });
  const packages = new Set(
    [...stdout.matchAll(/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\/(?!.*node_modules)/g)].map(
      ([, name]) => name,
    ),
  );
  const ours = ['troupe', '@standard-schema/spec', '@types/node', 'undici-types'];
  const lib = (name: string | undefined): boolean =>
    name?.startsWith('@typescript/') || name === 'typescript';
  assert.deepEqual(
    [...packages].filter((name) => !ours.includes(name ?? '') && !lib(name)),
    [],
  );
});
