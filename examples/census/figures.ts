/**
 * Numbers as people read them.
 * Runs on: any.
 */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `1 234 567`. */
export function whole(n: number): string {
  return Math.round(n)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ' ');
}

/** `1.3 MB`; decimal units, three digits. */
export function size(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${UNITS[power]}`;
}

/** `1 file`, `2 files`. */
export function counted(n: number, what: string): string {
  return `${whole(n)} ${what}${n === 1 ? '' : 's'}`;
}

/** `1.23 s` or `45.6 ms`. */
export function duration(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(1)} ms`;
}
