/**
 * Contents in figures: by class of size, and those that more than one file has.
 * Runs on: main.
 */
import type { Platform } from '../../actors/index.js';
import { content } from './entities.js';
import { SIZE_CLASSES } from './size-class.js';

/** The empty content has copies, but wastes nothing. `top`: how many of the most wasteful to name. */
export async function surveyContents(platform: Platform, top: number) {
  const classes = new Map<string, { contents: number; bytes: number }>();
  const doubled = { contents: 0, files: 0, bytes: 0, wastedBytes: 0 };
  let worst: { path: string; files: number; bytes: number; wastedBytes: number }[] = [];
  for await (const one of platform.entity(content).list()) {
    const { bytes = 0, copies = 0, size_class: sizeClass = 'tiny', paths } = one;
    const { contents, bytes: before } = classes.get(sizeClass) ?? { contents: 0, bytes: 0 };
    classes.set(sizeClass, { contents: contents + 1, bytes: before + bytes });
    if (copies < 2 || bytes === 0) continue;
    const wastedBytes = bytes * (copies - 1);
    doubled.contents++;
    doubled.files += copies;
    doubled.bytes += bytes * copies;
    doubled.wastedBytes += wastedBytes;
    if (worst.length === top && wastedBytes <= (worst.at(-1)?.wastedBytes ?? 0)) continue;
    const path = [...(paths ?? [])].sort()[0] ?? one.eid;
    worst = [...worst, { path, files: copies, bytes, wastedBytes }];
    worst = worst.sort((a, b) => b.wastedBytes - a.wastedBytes).slice(0, top);
  }
  return {
    contents: platform.entity(content).count(),
    sizeClasses: SIZE_CLASSES.flatMap((sizeClass) => {
      const count = classes.get(sizeClass);
      return count === undefined ? [] : [{ sizeClass, ...count }];
    }),
    duplicates: doubled,
    largestDuplicates: worst,
  };
}
