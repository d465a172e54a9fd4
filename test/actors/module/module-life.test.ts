/**
 * A module from its configuration to its end, as a class and as a definition: set up, hooked in, started, reloaded, stopped.
 * Runs on: any.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { HookTable } from '../../../actors/entity/hook-table.js';
import { PLATFORM_LIMITS } from '../../../actors/limits.js';
import {
  type AnyConfig,
  BaseModule,
  defineModule,
  isModuleClass,
  isModuleDefinition,
  type Module,
  type ModulePlatform,
} from '../../../actors/module/module.js';
import { ModuleHost } from '../../../actors/module/module-host.js';
import { ModuleLife } from '../../../actors/module/module-life.js';
import type { Registrar } from '../../../actors/module/registrar.js';
import { hasCode, jsonLogger, silentLogger } from '../../../core/index.js';
import { ManualClock } from '../../../core/internal.js';
import { hookModel, host } from '../../support/hook-model.js';

const model = hookModel();
const entity = model.entities.get('host')!;

function open(written: Module, config: AnyConfig = {}, clock = new ManualClock()) {
  return ModuleLife.open({
    choice: { name: 'geo', url: 'file:///geo.js', config },
    written,
    home: { model, clock, thread: 1, log: silentLogger },
    given: { config, generation: 1 },
  });
}

function failure(pattern: RegExp) {
  return (error: unknown): boolean =>
    hasCode(error, 'MODULE_FAILED') && pattern.test((error as Error).message);
}

function hooksIn(table: HookTable): string[] {
  return [...table].map(({ name, module }) => `${name} ${module.generation}`);
}

/** Says what happens to it, in a list that outlives it. */
class Told extends BaseModule<{ readonly say?: string }> {
  static told: unknown[] = [];
  greeting = 'field';

  constructor(platform: ModulePlatform, config: { readonly say?: string }, registrar: Registrar) {
    super(platform, config, registrar);
    Told.told.push('constructed');
    registrar.registerOnEntityCreationHook(this.onHost, host);
  }

  override loadConfig(_platform: ModulePlatform, { say }: { readonly say?: string }): void {
    if (say === 'bad') throw new Error('bad word');
    this.greeting = say ?? 'none';
    Told.told.push(`loaded ${this.greeting}`);
  }

  override async start(): Promise<void> {
    Told.told.push('started');
  }

  override stop(): void {
    Told.told.push('stopped');
  }

  onHost(): void {
    Told.told.push(this.greeting);
  }
}

test('a class is constructed, given its configuration after its fields, started and stopped', async () => {
  Told.told = [];
  const table = new HookTable(model);
  const life = await open(Told as Module, { say: 'hello' });
  life.install(table, 0);
  await life.start();
  const [hook] = table.creation(entity);
  (hook!.callback as () => void).call(hook!.owner);
  await life.stop();
  assert.deepEqual(Told.told, ['constructed', 'loaded hello', 'started', 'hello', 'stopped']);
  assert.deepEqual([...table], []);
});

test('a class keeps its instance over a reload; its hooks carry the new number and want a refresh', async () => {
  Told.told = [];
  const table = new HookTable(model);
  const life = await open(Told as Module, { say: 'hello' });
  life.install(table, 0);
  await life.prepare({ config: { say: 'bye' }, generation: 2 });
  assert.deepEqual(hooksIn(table), ['geo.onHost 1'], 'not yet in force');
  await life.commit();
  assert.deepEqual(hooksIn(table), ['geo.onHost 2']);
  assert.equal(life.generation, 2);
  assert.deepEqual(Told.told, ['constructed', 'loaded hello', 'loaded bye']);
});

test('a class that refuses a configuration keeps the old one', async () => {
  Told.told = [];
  const table = new HookTable(model);
  const life = await open(Told as Module, { say: 'hello' });
  life.install(table, 0);
  await life.prepare({ config: { say: 'bad' }, generation: 2 });
  await assert.rejects(life.commit(), failure(/expected loadConfig to go well, got: bad word/));
  assert.deepEqual(Told.told, ['constructed', 'loaded hello', 'loaded hello']);
  assert.deepEqual(hooksIn(table), ['geo.onHost 1']);
});

/** A definition that tells, and registers one hook more with each number of its configuration. */
function telling(told: string[]): Module {
  return defineModule({
    name: 'geo',
    config: z.object({ hooks: z.number().default(1), fails: z.string().optional() }),
    setup({ config, registrar, platform, refresh }) {
      told.push(`set up ${config.hooks} ${refresh.isSet}`);
      if (config.fails === 'setup') throw new Error('no table');
      platform.signal.addEventListener('abort', () => told.push('aborted'));
      for (let number = 0; number < config.hooks; number++)
        registrar.registerOnEntityCreationHook(() => null, host, { name: `h${number}` });
      return {
        start: () => {
          told.push('started');
          if (config.fails === 'start') throw new Error('no start');
        },
        stop: async () => void told.push('stopped'),
      };
    },
  });
}

test('a definition is set up anew for each configuration, and the old one ends when the new one is in force', async () => {
  const told: string[] = [];
  const table = new HookTable(model);
  const life = await open(telling(told));
  life.install(table, 0);
  await life.start();
  await life.prepare({ config: { hooks: 2 }, generation: 2 });
  assert.deepEqual(hooksIn(table), ['geo.h0 1']);
  await life.commit();
  assert.deepEqual(hooksIn(table), ['geo.h0 2', 'geo.h1 2']);
  await life.stop();
  assert.deepEqual(told, [
    ...['set up 1 false', 'started', 'set up 2 true', 'started'],
    ...['aborted', 'stopped', 'aborted', 'stopped'],
  ]);
  assert.deepEqual([...table], []);
});

test('a configuration that cannot be set up or started changes nothing', async () => {
  const told: string[] = [];
  const table = new HookTable(model);
  const life = await open(telling(told));
  life.install(table, 0);
  const prepare = (config: AnyConfig) => life.prepare({ config, generation: 2 });
  await assert.rejects(
    prepare({ fails: 'setup' }),
    failure(/expected setup to go well, got: no table/),
  );
  await assert.rejects(
    prepare({ fails: 'start' }),
    failure(/expected start to go well, got: no start/),
  );
  await assert.rejects(prepare({ hooks: 'x' }), failure(/config.hooks: /));
  await life.commit();
  assert.deepEqual(hooksIn(table), ['geo.h0 1']);
  assert.equal(life.generation, 1);
});

test('what was prepared and is given up again is stopped', async () => {
  const told: string[] = [];
  const life = await open(telling(told));
  await life.prepare({ config: { hooks: 2 }, generation: 2 });
  await life.discard();
  await life.commit();
  assert.equal(life.generation, 1);
  assert.deepEqual(told.slice(-2), ['aborted', 'stopped']);
});

test('a configuration with every fault is refused by the schema of the module', async () => {
  const written = defineModule({
    name: 'geo',
    config: z.object({ a: z.string(), b: z.object({ c: z.number() }) }),
    setup() {},
  });
  await assert.rejects(
    open(written, { b: { c: 'x' } }),
    failure(/^module "geo" \(file:\/\/\/geo.js\): config.a: .*; config.b.c: /),
  );
});

test('a hook that is refused names the module, and none of its hooks stays', async () => {
  const written = defineModule({
    name: 'geo',
    setup({ registrar }) {
      registrar.registerOnEntityCreationHook(() => null, 'host');
      registrar.registerOnEntityCreationHook(() => null, 'hots');
    },
  });
  await assert.rejects(
    open(written),
    failure(
      /expected setup to go well, got: geo, on_entity_creation of hots: expected an entity type of the model, got "hots"/,
    ),
  );
});

test('a module that does not get ready in time fails', async () => {
  const clock = new ManualClock();
  const written = defineModule({ name: 'geo', setup: () => new Promise<void>(() => {}) });
  const opening = open(written, {}, clock);
  opening.catch(() => {});
  await new Promise(setImmediate);
  clock.advance(PLATFORM_LIMITS.moduleStepMs);
  await assert.rejects(opening, failure(/expected setup to end within 60000 ms, got no end/));
});

test('a stop that fails is logged and no more', async () => {
  const lines: string[] = [];
  const life = await ModuleLife.open({
    choice: { name: 'geo', url: 'file:///geo.js', config: {} },
    written: defineModule({
      name: 'geo',
      setup: () => ({
        stop() {
          throw new Error('stuck');
        },
      }),
    }),
    home: {
      model,
      clock: new ManualClock(),
      thread: 1,
      log: jsonLogger({ write: (line) => lines.push(line) }),
    },
    given: { config: {}, generation: 1 },
  });
  await life.start();
  await life.stop();
  assert.match(lines.join(''), /module \\"geo\\" did not stop well/);
});

test('a definition with faults is refused with all of them', () => {
  assert.throws(
    () => defineModule({ name: '', instances: 2 as 1, config: {} as never, setup: 7 as never }),
    failure(
      /name: expected a text, .*; setup: expected a function, got 7; instances: .*; config: expected a Standard Schema/,
    ),
  );
});

test('modules are told from everything else a file may export', () => {
  assert.equal(isModuleClass(Told), true);
  assert.equal(isModuleClass(class Deeper extends Told {}), true);
  assert.equal(isModuleClass(BaseModule), false);
  assert.equal(isModuleClass(class Other {}), false);
  assert.equal(isModuleDefinition(defineModule({ name: 'x', setup() {} })), true);
  for (const other of [undefined, null, 7, {}, { name: 'x', setup() {} }, () => {}])
    assert.equal(isModuleDefinition(other) || isModuleClass(other), false);
});

test('a host without modules starts, and knows none by name', async () => {
  const modules = new ModuleHost({
    choices: [],
    home: { model, clock: new ManualClock(), thread: 1, log: silentLogger },
    table: new HookTable(model),
    configs: new Map(),
    openRemote: () => Promise.reject(new Error('none')),
  });
  await modules.start();
  modules.install();
  assert.deepEqual(modules.generations(), {});
  assert.throws(() => modules.module('geo'), failure(/expected the name of an enabled module/));
  await modules.stop();
});
