/**
 * One thing wrong with a configuration folder, at its place, and how it reads.
 * Runs on: any.
 */
import { pathText, type SpecFault, sentenceOf } from '../../stores/internal.js';
import type { YamlPlace } from './yaml-file.js';

/** The texts complete "expected …, got …". */
export interface ConfigFault {
  /** Relative to the folder; `.` is the folder itself. */
  readonly file: string;
  /** Counted from 1; absent where the fault is of the file as a whole. */
  readonly line?: number;
  readonly column?: number;
  /** Keys from the top of the file: `attribs.ip.data_type`; empty for the file as a whole. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  /** What was probably meant. */
  readonly suggestion?: string;
}

/** The fault as one of a file. */
export function configFault(
  file: string,
  { at, ...texts }: Pick<SpecFault, 'at' | 'expected' | 'got' | 'suggestion'>,
  place?: YamlPlace,
): ConfigFault {
  return { file, ...place, path: pathText(at), ...texts };
}

/** `file:line:column path: expected …, got …; did you mean …?` in one line. */
export function configFaultText(fault: ConfigFault): string {
  const place = [fault.file, fault.line, fault.column].filter((part) => part !== undefined);
  const path = fault.path === '' ? '' : ` ${fault.path}`;
  return `${place.join(':')}${path}: ${sentenceOf(fault)}`;
}

/** Negative if `a` is to be shown before `b`: by file, then by line and column. */
export function compareFaults(a: ConfigFault, b: ConfigFault): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
