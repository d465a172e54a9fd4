/**
 * What README.md shows is true: its runnable programs compile, run and print what it says, and each excerpt stands in the
 * example it names.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InstalledPackage } from './support/installed-package.js';
import { ROOT, textOf } from './support/source-tree.js';

interface Block {
  /** What follows the language: `runnable`, `runnable cjs`. */
  readonly words: readonly string[];
  readonly language: string;
  readonly lines: readonly string[];
  /** The example that the line before names. */
  readonly source: string | undefined;
}

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const ELLIPSIS = '// …';

const blocks = blocksOf(textOf('README.md'));
const runnable = blocks.filter(({ words }) => words.includes('runnable'));
const excerpts = blocks.filter(({ source }) => source !== undefined);

const project = new InstalledPackage();
after(() => project.remove());

test('the runnable programs compile under strict rules, run and print what they say', async () => {
  assert.ok(runnable.length >= 2, `expected runnable blocks in README.md, got ${runnable.length}`);
  project.link('@types/node');
  for (const [index, block] of runnable.entries()) {
    const name = `readme-${index}`;
    const program = await prepared(name, block);
    const ended = await project.node(program);
    assert.deepEqual(
      ended,
      { code: 0, stdout: printedBy(block), stderr: '' },
      `${name}: ${block.lines[0]}`,
    );
  }
});

test('each excerpt stands in the example it names', () => {
  assert.ok(excerpts.length >= 15, `expected excerpts in README.md, got ${excerpts.length}`);
  for (const { source = '', lines } of excerpts) {
    const example = trimmed(textOf(source).split('\n'));
    const parts = lines.join('\n').split(ELLIPSIS);
    for (const part of parts) {
      const wanted = trimmed(part.split('\n'));
      assert.ok(
        wanted.length > 0 && holds(example, wanted),
        `expected in ${source}:\n${wanted.join('\n')}`,
      );
    }
  }
});

test('each TypeScript block is a program that runs, or an excerpt of one', () => {
  const loose = blocks.filter(
    (block) => block.language === 'ts' && !runnable.includes(block) && !excerpts.includes(block),
  );
  assert.deepEqual(
    loose.map(({ lines }) => lines[0]),
    [],
  );
});

/** Writes the program; answers the name of the file that node runs. */
async function prepared(name: string, { language, words, lines }: Block): Promise<string> {
  const text = `${lines.join('\n')}\n`;
  if (language === 'js') {
    const file = `${name}.${words.includes('cjs') ? 'cjs' : 'mjs'}`;
    project.write(file, text);
    return file;
  }
  project.write(`${name}.ts`, text);
  const compilerOptions = { module: 'NodeNext', target: 'ES2022', strict: true, types: ['node'] };
  project.write('tsconfig.json', JSON.stringify({ compilerOptions, files: [`${name}.ts`] }));
  const { code, stdout } = await project.node(TSC, '-p', 'tsconfig.json');
  assert.equal(code, 0, stdout);
  return `${name}.js`;
}

/** The comments behind its calls of console.log. */
function printedBy({ lines }: Block): string {
  const printed = lines.flatMap((line) => {
    const [, said] = /^\s*console\.log\(.*\); \/\/ (.*)$/.exec(line) ?? [];
    return said === undefined ? [] : [`${said}\n`];
  });
  return printed.join('');
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  const fence = /^([ ]*)```(\w+)([^\n]*)\n(.*?)\n\1```$/gms;
  for (const match of text.matchAll(fence)) {
    const [, indent = '', language = '', words = '', body = ''] = match;
    const before = text.slice(0, match.index).trimEnd().split('\n').at(-1) ?? '';
    const [, source] = /^From \[(examples\/[\w./-]+)\]/.exec(before) ?? [];
    const lines = body.split('\n').map((line) => line.slice(indent.length));
    blocks.push({ language, words: words.trim().split(' '), lines, source });
  }
  return blocks;
}

function trimmed(lines: readonly string[]): string[] {
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

function holds(all: readonly string[], wanted: readonly string[]): boolean {
  return all.some((_, start) => wanted.every((line, index) => all[start + index] === line));
}
