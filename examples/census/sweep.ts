/**
 * What is not there any more goes, when a walk was whole: first files and installs that were not seen, then, step by step,
 * what nothing is left of: packages without an install, contents without a file, authors and licences without a package.
 * Each step looks at what is stored, so one that was cut short is made good by the next run.
 * Runs on: main.
 */
import type { Platform } from '../../actors/index.js';
import { author, content, file, install, licence, packageType } from './entities.js';
import { installOf } from './places.js';
import { textClaim } from './points.js';
import type { Seen } from './read-tree.js';
import type { Sender } from './sender.js';
import type { Tally } from './tally.js';

export interface SweepOptions {
  readonly platform: Platform;
  readonly sender: Sender;
  readonly tally: Tally;
  readonly root: string;
  /** Resolves when all that was sent has had its effect. */
  settled(): Promise<void>;
}

/** Files and installs that were not seen. */
export async function sweepUnseen(options: SweepOptions, seen: Seen): Promise<void> {
  const { platform, sender, tally, root, settled } = options;
  const mayBeThere = (id: string): boolean => seen.closed.some((closed) => id.startsWith(closed));
  const files: string[] = [];
  const untold = new Set<string>();
  for await (const { eid, role } of platform.entity(file).list()) {
    if (seen.files.has(eid) || mayBeThere(eid)) continue;
    files.push(eid);
    tally.file('gone', eid);
    const directory = installOf(root, eid);
    if (role === 'licence' && !seen.licences.has(directory)) untold.add(directory);
  }
  const installs: string[] = [];
  for await (const { eid, package: owner } of platform.entity(install).list()) {
    if (!seen.manifests.has(eid) && !mayBeThere(`${eid}/package.json`)) installs.push(eid);
    else if (untold.has(eid)) {
      await sender.send([textClaim(eid, '')]);
      if (owner !== undefined) tally.package('changed', String(owner.eid));
    }
  }
  await sender.delete('install', installs);
  await sender.delete('file', files);
  await settled();
}

/** What nothing points to any more. */
export async function sweepUnused(options: SweepOptions): Promise<void> {
  const { platform, sender, tally, settled } = options;
  const packages = await idsOf(platform.entity(packageType).list(), (one) => !has(one, 'installs'));
  for (const id of packages) tally.package('gone', id);
  await sender.delete('package', packages);
  const contents = platform.entity(content).list();
  await sender.delete('content', await idsOf(contents, ({ copies }) => copies === 0));
  await settled();
  for (const type of [author, licence] as const) {
    const unused = await idsOf(platform.entity(type).list(), (one) => !has(one, 'packages'));
    await sender.delete(type.id, unused);
  }
  await settled();
}

async function idsOf<T extends { readonly eid: string }>(
  entities: AsyncIterable<T>,
  isGone: (entity: T) => boolean,
): Promise<string[]> {
  const ids: string[] = [];
  for await (const entity of entities) {
    if (isGone(entity)) ids.push(entity.eid);
  }
  return ids;
}

/** True when the attribute, one that mirrors links, has any: of none there is no value. */
function has(entity: object, mirror: string): boolean {
  return mirror in entity;
}
