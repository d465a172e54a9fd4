/**
 * `npm run bench:peers`: measures the peers alone, without ours: to see that they work on this
 * machine and what their figures are. Takes --only, --rounds, --warmups and --quick as `npm run
 * bench` does.
 * Runs on: main.
 */
import { DEFAULT_ROUNDS, DEFAULT_WARMUPS, parseArguments } from '../arguments.js';
import { BENCHMARKS, benchmark } from '../benchmarks.js';
import { numberText } from '../figure-text.js';
import { closeKept } from '../kept.js';
import { describeMachine, machineText } from '../machine.js';
import { figureOf } from '../outcome.js';
import { runRounds, type Samples } from '../rounds.js';
import { peersFor } from './peers.js';

async function main(argv: readonly string[]): Promise<void> {
  const { only, rounds, warmups } = parseArguments(argv);
  const wanted = BENCHMARKS.filter(
    (key) => only.length === 0 || only.some((text) => key.includes(text)),
  );
  process.stdout.write(`${machineText(describeMachine())}\n`);
  for (const key of wanted) {
    const { name, group, unit, better, ...slow } = benchmark(key);
    process.stdout.write(`\n${group}/${name} (${unit}, ${better} is better)\n`);
    const contenders = Object.entries(peersFor(key)).map(([peer, measure]) => ({
      name: peer,
      measure,
    }));
    const samples = await runRounds(contenders, {
      warmups: warmups ?? slow.warmups ?? DEFAULT_WARMUPS,
      rounds: rounds ?? slow.rounds ?? DEFAULT_ROUNDS,
    });
    for (const one of samples) process.stdout.write(`  ${one.name.padEnd(22)} ${lineOf(one)}\n`);
    await closeKept('row');
  }
  await closeKept('run');
}

function lineOf(samples: Samples): string {
  const figure = figureOf(samples);
  if (figure.state !== 'measured') return `${figure.state}: ${figure.reason}`;
  const { min, max } = figure.spread;
  return `${numberText(figure.value).padStart(8)}  ${numberText(min)}-${numberText(max)}`;
}

await main(process.argv.slice(2));
