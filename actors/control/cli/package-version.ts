/**
 * The version of this package, for whoever asks the command line or reads the API's document; and how another one depends
 * on it.
 * Runs on: main.
 */
import { readFile } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The manifest is three folders up, and one more when built. */
const MANIFESTS = ['../../../../package.json', '../../../package.json'];

/** `0.0.0` when the manifest cannot be read. */
export async function packageVersion(): Promise<string> {
  return (await ownPackage())?.version ?? '0.0.0';
}

/**
 * What a manifest says to get this package: its version, or its folder where it was not installed by a package manager, as in
 * a clone: no registry may have it then.
 */
export async function packageDependency(): Promise<string> {
  const own = await ownPackage();
  const isInstalled = own === undefined || own.folder.split(sep).includes('node_modules');
  return isInstalled ? `^${own?.version ?? '0.0.0'}` : `file:${own.folder}`;
}

async function ownPackage(): Promise<{ folder: string; version: string } | undefined> {
  for (const path of MANIFESTS) {
    const url = new URL(path, import.meta.url);
    const text = await readFile(url, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const { version } = JSON.parse(text) as { version: string };
    return { folder: dirname(fileURLToPath(url)), version };
  }
  return undefined;
}
