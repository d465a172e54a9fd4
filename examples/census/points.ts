/**
 * What has been read, as data-points. They go in two steps: first what the file says of others, and when that is stored
 * the file itself, with the stamp by which it is known the next time. Whatever is killed between the two, the file is read
 * again. Pure.
 * Runs on: any.
 */
import type { Defined, WirePointOf } from '../../stores/index.js';
import { content, type ENTITIES, file, install, packageType } from './entities.js';
import type { Manifest } from './manifest.js';
import type { Role } from './places.js';
import type { ReadFile } from './reader-actor.js';

/** A data-point of any of the entity types. */
export type Point = PointsOf<(typeof ENTITIES)[number]>;

type PointsOf<D extends Defined> = D extends Defined ? WirePointOf<D> : never;

/** Where a file was found. */
export interface Place {
  /** Of the file. */
  readonly id: string;
  readonly role: Role;
  /** Id of the install it lies in. */
  readonly install: string;
}

/** What the file says of others. */
export function factsOf(read: ReadFile, place: Place): Point[] {
  const facts: Point[] = [content.point({ id: read.hash, attr: 'bytes', v: read.bytes })];
  if (read.manifest !== undefined) facts.push(...manifestFacts(place.install, read.manifest));
  if (read.licence !== undefined) facts.push(textClaim(place.install, read.licence));
  return facts;
}

/** The file itself. */
export function fileFacts(read: ReadFile, { id, role }: Place): Point[] {
  return [
    file.point({ id, attr: 'bytes', v: read.bytes }),
    file.point({ id, attr: 'modified', v: new Date(read.modified) }),
    file.point({ id, attr: 'kind', v: read.kind }),
    file.point({ id, attr: 'role', v: role }),
    file.point({ id, attr: 'content', v: { eid: read.hash } }),
  ];
}

/** What the text of the licence is; empty takes back what was claimed. */
export function textClaim(id: string, licence: string): Point {
  return install.point({ id, attr: 'licence_in_text', v: licence });
}

export function packageId({ name, version }: Manifest): string {
  return `${name}@${version}`;
}

function manifestFacts(directory: string, manifest: Manifest): Point[] {
  const id = packageId(manifest);
  const { name, version, description, author, licence, requires } = manifest;
  return [
    packageType.point({ id, attr: 'name', v: name }),
    packageType.point({ id, attr: 'version', v: version }),
    packageType.point({ id, attr: 'description', v: description }),
    packageType.point({ id, attr: 'author_text', v: author }),
    install.point({ id: directory, attr: 'package', v: { eid: id } }),
    install.point({ id: directory, attr: 'requires', v: requires }),
    install.point({ id: directory, attr: 'licence_in_manifest', v: licence }),
  ];
}
