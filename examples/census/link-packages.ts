/**
 * Links between packages, once all installs are stored: what a package needs is found from where it is installed, so one
 * install more may change what others find. Only what differs from what is stored is sent.
 * Runs on: main.
 */
import type { Platform } from '../../actors/index.js';
import { type Dependency, resolveAll } from './dependencies.js';
import { install, packageType } from './entities.js';
import type { Requirements } from './manifest.js';
import type { Point } from './points.js';
import type { Sender } from './sender.js';

interface Installed {
  readonly directory: string;
  readonly package: string;
  readonly requires: Requirements;
}

/** Data-points in one request. */
const POINTS_MAX = 1_000;

/** Call it when the platform is idle. `isModules`: the root of the census is a node_modules. */
export async function linkPackages(
  platform: Platform,
  sender: Sender,
  isModules: boolean,
): Promise<void> {
  const installs = await installsOf(platform);
  const places = new Map(installs.map((one) => [one.directory, one.package]));
  const byPackage = new Map<string, Installed[]>();
  for (const one of installs)
    byPackage.set(one.package, [...(byPackage.get(one.package) ?? []), one]);
  let points: Point[] = [];
  for (const [id, within] of byPackage) {
    const { depends, missing } = resolveAll(within, places, isModules);
    const stored = platform.entity(packageType).values(id);
    if (!isSame(stored?.depends, depends))
      points.push(packageType.point({ id, attr: 'depends', v: depends }));
    if (JSON.stringify(stored?.missing ?? []) !== JSON.stringify(missing))
      points.push(packageType.point({ id, attr: 'missing', v: missing }));
    if (points.length < POINTS_MAX) continue;
    await sender.send(points);
    points = [];
  }
  await sender.send(points);
}

async function installsOf(platform: Platform): Promise<Installed[]> {
  const installs: Installed[] = [];
  for await (const { eid, package: owner, requires } of platform.entity(install).list()) {
    if (owner === undefined) continue;
    installs.push({
      directory: eid,
      package: String(owner.eid),
      requires: (requires ?? {}) as unknown as Requirements,
    });
  }
  return installs;
}

/** Keys of a stored dict come in whatever order. */
function isSame(stored: readonly unknown[] | undefined, found: readonly Dependency[]): boolean {
  const text = (links: readonly Dependency[]): string =>
    JSON.stringify(links.map(({ eid, data }) => [eid, data.range, data.kind]));
  return text((stored ?? []) as readonly Dependency[]) === text(found);
}
