/**
 * What the data folder holds, in figures: read from the entities alone, whichever run brought them.
 * Runs on: main.
 */
import type { Platform } from '../../actors/index.js';
import { author, file, licence, packageType } from './entities.js';
import type { Family } from './licence.js';
import { installOf } from './places.js';
import { largest, share } from './ranking.js';
import { surveyContents } from './survey-contents.js';

/** Files and what they weigh. */
export interface Count {
  readonly files: number;
  readonly bytes: number;
}

/** Plain data. Lists of names are cut to the `top` asked for, the others are whole. */
export interface Survey extends Count {
  readonly packages: number;
  readonly installs: number;
  readonly authors: number;
  readonly contents: number;
  readonly kinds: readonly (Count & { readonly kind: string })[];
  readonly sizeClasses: readonly {
    readonly sizeClass: string;
    readonly contents: number;
    readonly bytes: number;
  }[];
  /** Contents of more than one file, not the empty one. `wasted`: all files but one of each. */
  readonly duplicates: Count & { readonly contents: number; readonly wastedBytes: number };
  readonly largestDuplicates: readonly (Count & {
    readonly path: string;
    readonly wastedBytes: number;
  })[];
  readonly largestPackages: readonly (Count & { readonly package: string })[];
  readonly families: readonly {
    readonly family: string;
    readonly packages: number;
    readonly licences: readonly string[];
  }[];
  /** Packages without a claim; those with several claims at once. */
  readonly unlicensed: number;
  readonly disputes: number;
  readonly disputed: readonly { readonly package: string; readonly claims: readonly Claim[] }[];
  readonly mostUsed: readonly { readonly package: string; readonly users: number }[];
  readonly missing: readonly { readonly package: string; readonly needs: readonly string[] }[];
  readonly topAuthors: readonly { readonly author: string; readonly packages: number }[];
}

export interface Claim {
  readonly licence: string;
  readonly confidence: number;
}

interface Linked {
  readonly eid: string;
}

/** Call it when the platform is idle. */
export async function survey(platform: Platform, root: string, top: number): Promise<Survey> {
  const owners = new Map<string, string>();
  const packages = await surveyPackages(platform, owners, top);
  const files = await surveyFiles(platform, { root, owners, top });
  const contents = await surveyContents(platform, top);
  return { ...packages, ...files, ...contents };
}

/** Fills `owners`: install -> package. */
async function surveyPackages(platform: Platform, owners: Map<string, string>, top: number) {
  const families = new Map<string, Family>();
  for await (const { eid, family = 'other' } of platform.entity(licence).list())
    families.set(eid, family);
  const users = new Map<string, number>();
  const byFamily = new Map<string, { packages: number; licences: Set<string> }>();
  const disputed: Survey['disputed'][number][] = [];
  const missing: Survey['missing'][number][] = [];
  let [packages, unlicensed] = [0, 0];
  for await (const one of platform.entity(packageType).list()) {
    packages++;
    for (const { eid } of mirrored(one, 'installs')) owners.set(eid, one.eid);
    for (const eid of new Set(one.depends?.map((link) => String(link.eid)))) share(users, eid, 1);
    if (one.missing !== undefined && one.missing.length > 0)
      missing.push({ package: one.eid, needs: one.missing });
    const claims = claimsOf(one.licence, one['licence#c']);
    if (claims.length > 1) disputed.push({ package: one.eid, claims });
    const [claim] = claims;
    if (claim === undefined) unlicensed++;
    else {
      const family = families.get(claim.licence) ?? 'other';
      const known = byFamily.get(family) ?? { packages: 0, licences: new Set() };
      known.packages++;
      byFamily.set(family, { ...known, licences: known.licences.add(claim.licence) });
    }
  }
  return {
    packages,
    installs: owners.size,
    unlicensed,
    disputed: disputed.slice(0, top),
    disputes: disputed.length,
    missing: missing.slice(0, top),
    families: [...byFamily]
      .map(([family, { packages, licences }]) => ({
        family,
        packages,
        licences: [...licences].sort(),
      }))
      .sort((a, b) => b.packages - a.packages || (a.family < b.family ? -1 : 1)),
    mostUsed: largest(users, top).map(([id, count]) => ({ package: id, users: count })),
    ...(await surveyAuthors(platform, top)),
  };
}

/** The surest claim first. */
function claimsOf(
  links: readonly unknown[] | undefined,
  sure: readonly number[] | undefined,
): Claim[] {
  return ((links ?? []) as readonly Linked[])
    .map(({ eid }, index) => ({ licence: eid, confidence: sure?.[index] ?? 1 }))
    .sort((a, b) => b.confidence - a.confidence || (a.licence < b.licence ? -1 : 1));
}

async function surveyAuthors(platform: Platform, top: number) {
  const counts = new Map<string, number>();
  for await (const one of platform.entity(author).list()) {
    counts.set(one.name ?? one.eid, mirrored(one, 'packages').length);
  }
  const topAuthors = largest(counts, top).map(([name, packages]) => ({ author: name, packages }));
  return { authors: platform.entity(author).count(), topAuthors };
}

async function surveyFiles(
  platform: Platform,
  {
    root,
    owners,
    top,
  }: { readonly root: string; readonly owners: ReadonlyMap<string, string>; readonly top: number },
) {
  const kinds = new Map<string, number>();
  const kindFiles = new Map<string, number>();
  const weights = new Map<string, number>();
  const counts = new Map<string, number>();
  let [files, all] = [0, 0];
  for await (const { eid, bytes = 0, kind = '' } of platform.entity(file).list()) {
    files++;
    all += bytes;
    share(kinds, kind, bytes);
    share(kindFiles, kind, 1);
    const owner = owners.get(installOf(root, eid));
    if (owner === undefined) continue;
    share(weights, owner, bytes);
    share(counts, owner, 1);
  }
  return {
    files,
    bytes: all,
    kinds: [...kinds]
      .map(([kind, bytes]) => ({ kind, bytes, files: kindFiles.get(kind) ?? 0 }))
      .sort((a, b) => b.bytes - a.bytes || (a.kind < b.kind ? -1 : 1)),
    largestPackages: largest(weights, top).map(([id, bytes]) => ({
      package: id,
      bytes,
      files: counts.get(id) ?? 0,
    })),
  };
}

/** Attributes that mirror links are of the model, not of the definition. */
function mirrored(entity: object, attr: string): readonly Linked[] {
  return ((entity as Readonly<Record<string, unknown>>)[attr] ?? []) as readonly Linked[];
}
