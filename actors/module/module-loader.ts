/**
 * From the names of enabled modules to files, on the main thread, and from files to modules, on every thread.
 *
 *   modules_dir/geo.js | .mjs | .ts | .mts     a file
 *   modules_dir/geo/                           a folder with package.json, or an index file
 *   node_modules/geo                           a package, found upwards from modules_dir
 *   modules_dir/geo.py                         Python: a notice, since it cannot run here
 *
 * Runs on: any.
 */
import { readFileSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CodedError } from '../../core/index.js';
import { importModule, textOf } from '../../core/internal.js';
import type { SpecFault } from '../../stores/internal.js';
import type { ModuleChoice } from '../entity/kit-init.js';
import { whenModuleDefined } from './defined-modules.js';
import { isModuleClass, isModuleDefinition, type Module, type ModuleDefinition } from './module.js';
import { waitForProgram } from './waiting-program.js';

/** What to look for. */
export interface ModulesWanted {
  /** Absolute. */
  readonly dir: string;
  /** Names in the order in which their hooks are to run. */
  readonly enabled: readonly string[];
  /** Name -> what stands in `modules/<name>.yml`; a module without one gets `{}`. */
  readonly config: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/** What was found. */
export interface ModulesFound {
  readonly choices: readonly ModuleChoice[];
  /** What is not there, at `modules_dir` or `enabled_modules[i]`: with any of these nothing should start. */
  readonly faults: readonly SpecFault[];
  /** Modules in Python, by name: they do not run, and whoever relies on them should know. */
  readonly python: readonly string[];
}

const STUCK =
  'expected its file to be loaded to its end, got one that waits for createPlatform, which never settles in a thread: name ' +
  'the class in the call ({ name, file, class }), put it into a file of its own, or make it a definition (defineModule)';

const EXTENSIONS = ['.js', '.mjs', '.ts', '.mts'];

/** Looks for every enabled module. Throws nothing: what is missing is a fault. */
export function findModules({ dir, enabled, config }: ModulesWanted): ModulesFound {
  const choices: ModuleChoice[] = [];
  const faults: SpecFault[] = [];
  const python: string[] = [];
  if (enabled.length > 0 && !isFolder(dir))
    return {
      choices,
      faults: [{ at: ['modules_dir'], expected: 'a folder that is there', got: textOf(dir) }],
      python,
    };
  for (const name of new Set(enabled)) {
    const path = findModule(dir, name);
    if (path !== undefined)
      choices.push({ name, url: pathToFileURL(path).href, config: config.get(name) ?? {} });
    else if (isPython(dir, name)) python.push(name);
    else
      faults.push({
        at: ['enabled_modules', enabled.indexOf(name)],
        expected: `module ${textOf(name)}: ${EXTENSIONS.map((one) => name + one).join(' or ')}, a folder or a package of that name in ${dir}`,
        got: 'none',
      });
  }
  return { choices, faults, python };
}

/** A definition as a platform takes it. Throws MODULE_FAILED without its `url`: threads could not find it. */
export function choiceOf(
  definition: ModuleDefinition,
  config: Readonly<Record<string, unknown>> = {},
): ModuleChoice {
  const { name, url } = definition;
  if (url === undefined)
    throw new CodedError(
      'MODULE_FAILED',
      `module "${name}": expected url: import.meta.url in its definition, got none`,
      { details: { module: name } },
    );
  return { name, url, config };
}

/**
 * Imports a module on this thread. Rejects MODULE_FAILED: its file throws, exports none or several, or waits for its own
 * platform before it exports one. Of a file that does not come to its end, as one that is the program too, it is enough
 * that the module is defined there, or named as a class in the call of createPlatform.
 */
export async function loadModule(choice: Pick<ModuleChoice, 'name' | 'url'>): Promise<Module> {
  const program = waitForProgram(choice.url);
  const refused = program.stuck.then(() => {
    throw moduleFailed(choice.name, choice.url, STUCK);
  });
  try {
    return await Promise.race([importedModule(choice), definedModule(choice), refused]);
  } finally {
    program.end();
  }
}

async function definedModule({ name, url }: Pick<ModuleChoice, 'name' | 'url'>): Promise<Module> {
  const definition = (await whenModuleDefined(url, name)) as Module;
  // What stands behind it in the file, up to the first wait, is there a turn later.
  await new Promise((resolve) => setImmediate(resolve));
  return definition;
}

async function importedModule({ name, url }: Pick<ModuleChoice, 'name' | 'url'>): Promise<Module> {
  let exported: Record<string, unknown>;
  try {
    exported = (await importModule(url)) as Record<string, unknown>;
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : textOf(cause);
    throw moduleFailed(name, url, `expected it to be imported, got: ${text}`, cause);
  }
  // A CommonJS file shows its exports twice, under their names and within `default`.
  const inner = exported.default;
  const candidates = new Set([
    ...Object.values(exported),
    ...(typeof inner === 'object' && inner !== null ? Object.values(inner) : []),
  ]);
  const modules = [...candidates].filter(isModule);
  const named = modules.find((module) => module.name === name);
  if (named !== undefined) return named;
  if (modules.length === 1) return modules[0]!;
  const got =
    modules.length === 0
      ? 'none'
      : modules
          .map((module) => module.name)
          .sort()
          .join(' and ');
  throw moduleFailed(
    name,
    url,
    `expected one class that extends BaseModule, or one result of defineModule, among its exports, got ${got}`,
  );
}

/** An error that names the module. */
export function moduleFailed(
  name: string,
  url: string,
  what: string,
  cause?: unknown,
): CodedError<'MODULE_FAILED'> {
  return new CodedError('MODULE_FAILED', `module "${name}" (${url}): ${what}`, {
    details: { module: name, url },
    ...(cause === undefined ? {} : { cause }),
  });
}

function isModule(value: unknown): value is Module {
  return isModuleClass(value) || isModuleDefinition(value);
}

function findModule(dir: string, name: string): string | undefined {
  const path = join(dir, name);
  const file = EXTENSIONS.map((extension) => path + extension).find(isFile);
  if (file !== undefined) return file;
  if (isFolder(path)) return entryOf(path);
  for (let up = dir; ; up = dirname(up)) {
    const candidate = join(up, 'node_modules', name);
    if (isFolder(candidate)) return entryOf(candidate);
    if (dirname(up) === up) return undefined;
  }
}

/** The file a folder stands for: what its package.json says, or its index. */
function entryOf(folder: string): string | undefined {
  const said = mainOf(join(folder, 'package.json'));
  const candidates = [
    ...(said === undefined ? [] : [said]),
    ...EXTENSIONS.map((extension) => `index${extension}`),
  ];
  return candidates.map((candidate) => join(folder, candidate)).find(isFile);
}

function mainOf(path: string): string | undefined {
  try {
    const { exports, main } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    return targetOf(exports) ?? (typeof main === 'string' ? main : undefined);
  } catch {
    return undefined; // no package.json, or a broken one: its index file stands for it, or nothing does
  }
}

/** What `exports` of a package.json says for the package itself under the conditions of an import. */
function targetOf(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (Array.isArray(exports)) return exports.map(targetOf).find((target) => target !== undefined);
  if (typeof exports !== 'object' || exports === null) return undefined;
  for (const [condition, target] of Object.entries(exports)) {
    if (!['.', 'import', 'node', 'module-sync', 'default'].includes(condition)) continue;
    const found = targetOf(target);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isPython(dir: string, name: string): boolean {
  return isFile(join(dir, `${name}.py`)) || isFile(join(dir, name, '__init__.py'));
}

function isFile(path: string): boolean {
  return statOf(path)?.isFile() === true;
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}

/** Undefined for what is not there, may not be looked at, or is no path at all. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
