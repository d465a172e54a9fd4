/**
 * A project in a temporary folder with this package installed in it as npm would: what package.json lists as files,
 * from the build the tests run in, and beside it the packages it depends on, no others.
 * Runs on: main.
 */
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, textOf } from './source-tree.js';

interface Manifest {
  readonly files: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
}

/** What a program printed and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const PROGRAM_MS_MAX = 60_000;

export class InstalledPackage {
  /** The project's folder. */
  readonly folder: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'troupe-'));
    const { files, dependencies } = JSON.parse(textOf('package.json')) as Manifest;
    const home = join(this.folder, 'node_modules', 'troupe');
    mkdirSync(home, { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(home, 'package.json'));
    for (const file of files.filter((name) => name.startsWith('dist/'))) {
      const built = fileURLToPath(new URL(`../../${file.slice('dist/'.length)}`, import.meta.url));
      cpSync(built, join(home, file), { recursive: true });
    }
    this.link(...Object.keys(dependencies));
    this.write('package.json', JSON.stringify({ name: 'service', private: true, type: 'module' }));
  }

  /** Puts packages of ours beside it: tools, or what its types need. */
  link(...names: readonly string[]): void {
    for (const name of names) {
      const place = join(this.folder, 'node_modules', name);
      mkdirSync(dirname(place), { recursive: true });
      if (!existsSync(place)) symlinkSync(join(ROOT, 'node_modules', name), place, 'dir');
    }
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Runs node in the project's folder. */
  node(...args: readonly string[]): Promise<Outcome> {
    const options = { cwd: this.folder, timeout: PROGRAM_MS_MAX };
    return new Promise((resolve) => {
      const child = execFile(process.execPath, args, options, (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr });
      });
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
