/**
 * A platform whose modules are files that tests write anew while it runs; what they derive says which code ran, and where.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { createPlatform } from '../../actors/platform.js';
import type { PlatformConfig } from '../../actors/platform-config.js';
import type { Platform } from '../../actors/platform-surface.js';
import { silentLogger } from '../../core/index.js';
import { defineEntity, observations, plain } from '../../stores/index.js';
import { TemporaryTree } from './temporary-tree.js';

export const THREADS = 2;
export const MODULE = new URL('../../actors/module/module.js', import.meta.url).href;
export const IDS = Array.from({ length: 24 }, (_, number) => `h${number}`);
/** For platforms that are to be stopped, however loaded the machine. */
export const PATIENT = { deadlineMs: 60_000 };

export const host = defineEntity('host', {
  id: 'string',
  attributes: {
    name: plain('string'),
    mark: plain('string'),
    hits: observations('int', { history: { aggregate: false } }),
  },
});

export interface Written {
  /** What the marks begin with. */
  readonly mark: string;
  readonly name?: string;
  readonly instances?: 1;
  /** At module level. */
  readonly head?: string;
  /** In `setup`. */
  readonly setup?: string;
  /** In `start`. */
  readonly start?: string;
  readonly stop?: string;
  readonly attr?: string;
}

/** A module that marks each host that gets a name. */
export function source({
  mark,
  name = 'marking',
  instances,
  attr = 'name',
  ...code
}: Written): string {
  return `import { defineModule } from ${JSON.stringify(MODULE)};
${code.head ?? ''}
export const it = defineModule({
  name: ${JSON.stringify(name)},
  ${instances === undefined ? '' : 'instances: 1,'}
  setup({ config, registrar, platform }) {
    ${code.setup ?? ''}
    registrar.registerOnNewAttrHook(
      function onName(eid) {
        const v = [${JSON.stringify(mark)}, config.tail, 'on', platform.thread].filter(Boolean).join(' ');
        return [{ etype: 'host', eid, dataPoints: [{ attr: 'mark', v }] }];
      },
      'host',
      ${JSON.stringify(attr)},
    );
    return { start() { ${code.start ?? ''} }, stop() { ${code.stop ?? ''} } };
  },
});
`;
}

export class CodeStage {
  readonly tree = new TemporaryTree();
  readonly names: readonly string[];
  platform!: Platform;

  constructor(names: readonly string[]) {
    this.names = names;
  }

  /** A platform whose modules are as written; all ends with the test. */
  static async open(
    t: TestContext,
    modules: readonly Written[],
    config: Partial<PlatformConfig> = {},
  ): Promise<CodeStage> {
    const stage = new CodeStage(modules.map(({ name = 'marking' }) => name));
    t.after(() => stage.tree.remove());
    for (const written of modules) stage.write(written);
    stage.platform = await createPlatform({
      data: stage.tree.path('data'),
      entities: [host],
      modules: stage.names.map((name) => ({ name, file: stage.tree.path(`${name}.mjs`) })),
      threads: THREADS,
      partitions: 8,
      durability: 'os',
      logger: silentLogger,
      ...config,
    });
    t.after(() => stage.platform.stop(PATIENT));
    return stage;
  }

  write(written: Written): void {
    this.tree.write(`${written.name ?? 'marking'}.mjs`, source(written));
  }

  async nameAll(value: string, ids: readonly string[] = IDS): Promise<void> {
    const points = ids.map((id) => ({ type: 'host', id, attr: 'name', v: value }));
    assert.equal((await this.platform.ingest(points)).status, 200);
    await this.platform.idle(PATIENT);
  }

  marks(ids: readonly string[] = IDS): string[] {
    const found = ids.map((id) => this.platform.entity(host).values(id)?.mark);
    return [...new Set(found.map(String))].sort();
  }

  async assertSound(): Promise<void> {
    await this.platform.idle(PATIENT);
    assert.deepEqual((await this.platform.fsck()).findings, []);
  }
}
