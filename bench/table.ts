/**
 * The results as text: one table a group, a line per contender, the budget under its row. Pure.
 *
 *   savina (ms, lower is better)
 *     counting                      median  min-max        ours/theirs
 *       troupe                        61.2  58.0-66.1
 *       erlang                         102  97.3-108             1.67x
 *       nact                          1720  1700-2060            28.1x
 *       budget vs erlang: 1.67x; must 1.00x met, want 1.43x met
 *
 * Runs on: any.
 */
import { numberText, ratioText } from './figure-text.js';
import type { BudgetOutcome, Figure, Outcome } from './outcome.js';
import { isPeerBudget, OURS } from './row.js';

const NAME_WIDTH = 34;
const VALUE_WIDTH = 10;
const SPREAD_WIDTH = 20;
const RATIO_WIDTH = 12;

/** All outcomes, grouped in the order in which the groups first come. */
export function tableText(outcomes: readonly Outcome[]): string {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const { group } = outcome.row;
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [outcome]);
    else members.push(outcome);
  }
  const tables = [...groups].map(([group, members]) => [group, ...members.map(rowText)].join('\n'));
  return `${tables.join('\n\n')}\n`;
}

function rowText(outcome: Outcome): string {
  const { row } = outcome;
  const title = `  ${row.name} (${row.unit}, ${row.better} is better)`;
  const head = line(title, 'median', 'min-max', 'ours/theirs');
  const lines = [head, figureLine(OURS, outcome.ours, undefined)];
  for (const peer of outcome.peers) lines.push(figureLine(peer.name, peer.figure, peer.ratio));
  if (outcome.budget !== undefined) lines.push(`    ${budgetText(outcome, outcome.budget)}`);
  return lines.join('\n');
}

function figureLine(name: string, figure: Figure, ratio: number | undefined): string {
  const label = `    ${name}`;
  if (figure.state !== 'measured')
    return `${label.padEnd(NAME_WIDTH)} ${figure.state}: ${figure.reason}`;
  const { value, spread } = figure;
  const range = `${numberText(spread.min)}-${numberText(spread.max)}`;
  return line(label, numberText(value), range, ratio === undefined ? '' : ratioText(ratio));
}

function line(name: string, value: string, range: string, ratio: string): string {
  const cells = [
    name.padEnd(NAME_WIDTH),
    value.padStart(VALUE_WIDTH),
    range.padStart(SPREAD_WIDTH),
    ratio.padStart(RATIO_WIDTH),
  ];
  return cells.join(' ').trimEnd();
}

function budgetText({ row }: Outcome, budget: BudgetOutcome): string {
  const isRatio = row.budget !== undefined && isPeerBudget(row.budget);
  const show = isRatio ? ratioText : numberText;
  const reached = budget.reached === undefined ? 'not measured' : show(budget.reached);
  const must = `must ${show(budget.must)} ${budget.mustVerdict}`;
  const want = `want ${show(budget.want)} ${budget.wantVerdict}`;
  const against = isRatio ? budget.against : `in ${budget.against}`;
  return `budget ${against}: ${reached}; ${must}, ${want}`;
}
