/**
 * `troupe fsck`: is what is stored whole: links both ways, counts, indexes, cursors. A running platform checks its own
 * folder; a folder at rest is opened for reading only.
 * Runs on: main.
 */
import { CodedError } from '../../../core/index.js';
import { type FsckReport, fsck, socketPathOf } from '../../../stores/internal.js';
import type { CommandScope } from '../cli.js';
import { connectFolder } from '../folder-client.js';
import { EXIT } from './exit-codes.js';
import { printable } from './printable.js';
import { placeOf } from './target.js';

/** Exit 1 when anything is found, 3 when the folder cannot be opened. */
export async function fsckFolder(
  { terminal }: CommandScope,
  _words: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { data } = placeOf(options);
  if (data === undefined)
    throw new CodedError(
      'CONFIG_INVALID',
      'expected --data DIR, got an URL: fsck reads the folder',
    );
  const report = await reportOf(data);
  const { green, red } = terminal.colours;
  terminal.result(report, () =>
    report.findings.length === 0
      ? `${green('in order')}: ${countsText(report)}`
      : [
          ...report.findings.map((finding) => `${red(finding.kind)} ${printable(finding.text)}`),
          `${report.findings.length + report.findingsMore} findings in ${countsText(report)}`,
        ].join('\n'),
  );
  return report.findings.length === 0 ? EXIT.ok : EXIT.failed;
}

async function reportOf(dir: string): Promise<FsckReport> {
  const running = await connectFolder(socketPathOf(dir));
  if (running === undefined) return fsck(dir);
  try {
    return (await running.call('fsck')).value as FsckReport;
  } finally {
    running.close();
  }
}

function countsText({ counts }: FsckReport): string {
  return Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}
