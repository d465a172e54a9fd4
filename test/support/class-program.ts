/**
 * A program that holds a module of its own as a class, in one of the ways somebody would try. Says in one line what came
 * of it: the labels that hooks gave, or the code and the text of the error.
 *
 *   class-program.js DIR named | exported | definition | later     [THREADS]
 *
 * Runs on: main, and threads load it.
 */
import { writeSync } from 'node:fs';
import { BaseModule, createPlatform, defineModule, type ModuleEntry } from '../../actors/index.js';
import type { ModulePlatform } from '../../actors/module/module.js';
import type { Registrar } from '../../actors/module/registrar.js';
import { defineEntity, plain } from '../../stores/index.js';

const host = defineEntity('host', { id: 'string', attributes: { label: plain('string') } });

const [dir = '', given = '', threads = '1'] = process.argv.slice(2);
// Threads have the environment of the program, and not its words.
process.env.CLASS_PROGRAM ??= given;
const way = process.env.CLASS_PROGRAM;
const file = import.meta.url;

class Inner extends BaseModule {
  constructor(platform: ModulePlatform, config: Record<string, unknown>, registrar: Registrar) {
    super(platform, config, registrar);
    registrar.registerOnEntityCreationHook(this.label, host);
  }

  label(eid: string) {
    return [{ etype: 'host', eid, dataPoints: [{ attr: 'label', v: `of ${eid}` }] }];
  }
}

const definition = defineModule({
  name: 'written',
  url: file,
  setup({ registrar }) {
    registrar.registerOnEntityCreationHook((eid) => {
      return [{ etype: 'host', eid, dataPoints: [{ attr: 'label', v: `of ${eid}` }] }];
    }, host);
  },
});

const ENTRIES: Readonly<Record<string, ModuleEntry>> = {
  named: { name: 'labels', file, class: Inner },
  exported: { name: 'labels', file },
  definition,
  later: { name: 'labels', file },
};

async function run(): Promise<void> {
  try {
    const platform = await createPlatform({
      data: dir,
      entities: [host],
      modules: [ENTRIES[way]!],
      threads: Number(threads),
      partitions: 1,
      durability: 'os',
    });
    await platform
      .entity(host)
      .set('a', 'label', 'none')
      .catch(() => undefined);
    await platform.idle();
    writeSync(1, `${platform.entity(host).values('a')?.label}\n`);
    await platform.stop();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    writeSync(1, `${code} ${message}\n`);
  }
}

if (way === 'later') void run();
else await run();

/** What threads look for where no class is named; they come here only when the program does not wait. */
export class Labels extends Inner {}
