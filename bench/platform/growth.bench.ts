/**
 * How the platform's figures grow with what is stored: `node dist/bench/platform/growth.bench.js [ENTITIES …] [--json FILE]`,
 * by default 10 k, 100 k and 1 M entities, to which 100 k data-points are sent, each in a process of its own. The last takes some
 * minutes.
 * Runs on: main.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { numberText } from '../figure-text.js';
import { describeMachine, machineText } from '../machine.js';
import { figuresOf } from './child-program.js';
import type { GrowthFigures } from './growth-program.js';

const SIZES = ['10000', '100000', '1000000'] as const;
const MB = 1024 * 1024;
const WIDTH = 12;
const NAME_WIDTH = 34;

type Line = readonly [name: string, text: (of: GrowthFigures) => string];

const LINES: readonly Line[] = [
  ['accept, data-points/s', (of) => numberText(of.acceptPerSecond)],
  ['  share of raw append', (of) => shareText(of.acceptPerSecond, of.rawAppendPerSecond)],
  ['apply, data-points/s', (of) => numberText(of.applyPerSecond)],
  ['  share of raw puts', (of) => shareText(of.applyPerSecond, of.rawPutPerSecond)],
  ['entities made, /s', (of) => numberText(of.preloadPerSecond)],
  ['bytes written for a data-point', (of) => numberText(of.writtenBytes ?? Number.NaN)],
  ['  by raw puts', (of) => numberText(of.rawWrittenBytes ?? Number.NaN)],
  ['reads by id, /s', (of) => numberText(of.readsPerSecond)],
  ['page of 20, ms', (of) => numberText(of.pageMs)],
  ['list of all, entities/s', (of) => numberText(of.listedPerSecond)],
  ['memory of the process, MB', (of) => numberText(of.memoryBytes / MB)],
  ['on disk, MB', (of) => numberText(of.storedBytes / MB)],
];

async function main(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { json: { type: 'string' } },
    allowPositionals: true,
  });
  const machine = describeMachine();
  const all: GrowthFigures[] = [];
  for (const size of positionals.length > 0 ? positionals : SIZES)
    all.push(await figuresOf(new URL('./growth-program.js', import.meta.url), size));
  process.stdout.write(`${machineText(machine)}\n\n${tableText(all)}`);
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ machine, growth: all }, null, 2)}\n`);
}

function tableText(all: readonly GrowthFigures[]): string {
  const head: Line = ['entities', ({ entities }) => numberText(entities)];
  const lines = [head, ...LINES].map(([name, text]) => {
    return [name.padEnd(NAME_WIDTH), ...all.map((of) => text(of).padStart(WIDTH))].join(' ');
  });
  return `${lines.join('\n')}\n`;
}

function shareText(ours: number, theirs: number): string {
  return `${Math.round((100 * ours) / theirs)} %`;
}

await main(process.argv.slice(2));
