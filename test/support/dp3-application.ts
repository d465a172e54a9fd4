/**
 * An application as someone who runs DP³ has it: a configuration folder written for the test, with all files the workers
 * want, served by a platform of its own on a free port. Modules are files beside it, written in the style of DP³.
 * Runs on: main.
 */
import type { HttpOptions } from '../../actors/control/serve-http.js';
import { createPlatform } from '../../actors/platform.js';
import type { PlatformConfig } from '../../actors/platform-config.js';
import { silentLogger } from '../../core/index.js';
import { ServedPlatform } from './served-platform.js';
import { TemporaryTree } from './temporary-tree.js';

/** What of the application is not as the files below say. */
export interface ApplicationOptions {
  /** Text of `db_entities/<name>.yml`, by name. */
  readonly entities: Readonly<Record<string, string>>;
  /** Module name -> the file (URL) that exports it; each gets a file in modules_dir. */
  readonly modules?: Readonly<Record<string, string>>;
  /** Other files of the folder, or others in place of those below. */
  readonly files?: Readonly<Record<string, string>>;
  readonly http?: HttpOptions;
  readonly platform?: Partial<PlatformConfig>;
}

const FILES: Readonly<Record<string, string>> = {
  'api.yml':
    'cors: { allow_origins: ["*"] }\ndatapoint_logger: { good_log: false, bad_log: false }\n',
  'control.yml':
    'allowed_actions: [make_snapshots, refresh_on_entity_creation, refresh_module_config]\n',
  'database.yml': 'connection: { mode: standalone, host: { address: localhost } }\n',
  'event_logging.yml': 'redis: { host: localhost, port: 6379, db: 1 }\ngroups: {}\n',
  'snapshots.yml': 'creation_rate: { minute: "*/30" }\n',
  'updater.yml': 'update_batch_cron: { minute: "*/5" }\nupdate_batch_period: 5m\n',
};

/** Writes the folder as `config` of the tree; answers its path. */
export function writeApplication(tree: TemporaryTree, options: ApplicationOptions): string {
  const { entities, modules = {}, files = {} } = options;
  const enabled = JSON.stringify(Object.keys(modules));
  const core = `msg_broker: { host: localhost }\nworker_processes: 1\nworker_threads: 4\nmodules_dir: ../modules\nenabled_modules: ${enabled}\n`;
  const all = { ...FILES, 'processing_core.yml': core, ...files };
  for (const [name, text] of Object.entries(all)) tree.write(`config/${name}`, text);
  for (const [name, text] of Object.entries(entities)) {
    tree.write(`config/db_entities/${name}.yml`, text);
  }
  for (const [name, url] of Object.entries(modules)) {
    tree.write(`modules/${name}.mjs`, `export * from ${JSON.stringify(url)};\n`);
  }
  return tree.path('config');
}

/** The application, served. `stop()` of what it answers ends it and removes its files. */
export async function startApplication(options: ApplicationOptions): Promise<ServedPlatform> {
  const tree = new TemporaryTree();
  const config = writeApplication(tree, options);
  const platform = await createPlatform({
    config,
    data: tree.path('data'),
    threads: 1,
    partitions: 4,
    durability: 'os',
    logger: silentLogger,
    ...options.platform,
  });
  return ServedPlatform.of(tree, platform, options.http);
}
