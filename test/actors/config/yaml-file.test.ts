import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import {
  parseYaml,
  readYamlFile,
  type YamlDocument,
  type YamlFault,
} from '../../../actors/config/yaml-file.js';
import { CONFIG_LIMITS } from '../../../actors/limits.js';
import { TemporaryTree } from '../../support/temporary-tree.js';

function read(text: string | Uint8Array): YamlDocument | YamlFault[] {
  return parseYaml(typeof text === 'string' ? new TextEncoder().encode(text) : text);
}

function document(text: string): YamlDocument {
  const found = read(text);
  assert.ok(!Array.isArray(found), Array.isArray(found) ? JSON.stringify(found) : '');
  return found;
}

function faults(text: string | Uint8Array): YamlFault[] {
  const found = read(text);
  assert.ok(Array.isArray(found), 'expected faults, got a document');
  return found;
}

describe('a YAML file', () => {
  const scalars: readonly (readonly [string, unknown])[] = [
    ['', null],
    ['~', null],
    ['null', null],
    ['yes', true],
    ['On', true],
    ['FALSE', false],
    ['y', 'y'],
    ['n', 'n'],
    ['5', 5],
    ['-5', -5],
    ['1_000', 1_000],
    ['010', 8],
    ['0x1F', 31],
    ['0b101', 5],
    ['1:30:00', 5_400],
    ['00:11:22:33:44:55', '00:11:22:33:44:55'],
    ['9007199254740993', 9007199254740993n],
    ['-9007199254740993', -9007199254740993n],
    ['0xFFFFFFFFFFFFFFFF', 18446744073709551615n],
    ['1.5', 1.5],
    ['.5', 0.5],
    ['1.5e+3', 1_500],
    ['1e5', '1e5'],
    ['e5', 'e5'],
    ['.', '.'],
    ['.inf', Infinity],
    ['-.inf', -Infinity],
    ['2024-01-01', '2024-01-01'],
    ['"yes"', 'yes'],
    ["'5'", '5'],
    ['!!str 5', '5'],
    ['192.168.0.1', '192.168.0.1'],
    ['5m', '5m'],
  ];
  for (const [text, value] of scalars)
    it(`reads ${text === '' ? 'nothing' : text} as ${typeof value} ${String(value)}`, () => {
      assert.deepEqual(document(`a: ${text}`).value, { a: value });
    });

  it('takes every key as a string', () => {
    assert.deepEqual(document('1: a\nyes: b\ny: c\n').value, { 1: 'a', yes: 'b', y: 'c' });
  });

  it('merges mappings and follows aliases', () => {
    const { value } = document('a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a\n');
    assert.deepEqual(value, { a: { x: 1, y: 2 }, b: { x: 1, y: 3 }, c: { x: 1, y: 2 } });
  });

  it('keeps a key called __proto__ a key', () => {
    const { value } = document('__proto__: {polluted: 1}');
    assert.deepEqual(Object.keys(value as object), ['__proto__']);
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });

  it('is null where it is empty or only comments', () => {
    assert.equal(document('').value, null);
    assert.equal(document('# nothing\n---\n').value, null);
  });

  it('knows where each of its parts was written', () => {
    const file = document(
      'a:\n  b: 1\n  list:\n    - x\n    - {k: 2}\nshared: &s\n  deep: 1\nc:\n  <<: *s\n',
    );
    const places: readonly (readonly [(string | number)[], number, number])[] = [
      [[], 1, 1],
      [['a'], 1, 1],
      [['a', 'b'], 2, 3],
      [['a', 'list', 1], 5, 7],
      [['a', 'list', 1, 'k'], 5, 8],
      [['c', 'deep'], 7, 3],
      [['a', 'absent', 'deeper'], 1, 1],
      [['a', 'list', 9], 3, 3],
    ];
    for (const [at, line, column] of places)
      assert.deepEqual(file.placeOf(at), { line, column }, at.join('.'));
  });
});

describe('a faulty YAML file', () => {
  const cases: readonly (readonly [string, string, RegExp, number | undefined])[] = [
    ['a key given twice', 'a: 1\nb: 2\na: 3\n', /^each key once, .*"a" again/, 3],
    ['a bracket left open', 'a: [1, 2\nb: 3\n', /^YAML/, 2],
    ['a tab for indentation', 'a:\n\tb: 1\n', /^YAML/, 2],
    ['an unknown tag', 'a: !!python/object:os.system 1\n', /^YAML.*tag/, 1],
    ['a tag that does not fit', 'a: !!int x\n', /^YAML.*tag/, 1],
    ['a second document', 'a: 1\n---\nb: 2\n', /^one document, another/, 2],
    ['an alias of nothing', 'a: *b\n', /^YAML|aliases/, undefined],
    ['a mapping as a key', '? {a: 1}\n: 2\n', /^YAML/, 1],
  ];
  for (const [what, text, reason, line] of cases)
    it(`is refused for ${what}, with the place`, () => {
      const [first] = faults(text);
      assert.match(`${first!.expected}, ${first!.got}`, reason);
      if (line !== undefined) assert.equal(first!.line, line);
    });

  it('names every key given twice', () => {
    assert.deepEqual(
      faults('a: 1\na: 2\nb: {c: 1, c: 2}\n').map(({ line, column }) => [line, column]),
      [
        [2, 1],
        [3, 11],
      ],
    );
  });

  it('is refused for bytes that are no UTF-8', () => {
    assert.equal(faults(Uint8Array.of(0x61, 0x3a, 0x20, 0xff))[0]!.expected, 'text in UTF-8');
  });

  it('that is far too deep has one fault, where that shows, and none for what was not read', () => {
    const found = faults(`a: ${'['.repeat(20_000)}`);
    assert.deepEqual(
      found.map(({ expected, got }) => [expected, got]),
      [[`values nested at most ${CONFIG_LIMITS.nestingMax} deep`, 'more']],
    );
  });

  it('is refused for aliases of aliases that mean more than they say', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const inside = level === 0 ? 'x' : `*a${level - 1}`;
      return `a${level}: &a${level} [${Array.from({ length: 10 }, () => inside).join(', ')}]`;
    });
    assert.match(faults(levels.join('\n'))[0]!.expected, /aliases/);
  });

  it('is refused for one long list that is repeated often', () => {
    const list = Array.from({ length: 5_000 }, (_, index) => index).join(',');
    const text = `a: &a [${list}]\nb: [${Array.from({ length: 100 }, () => '*a').join(',')}]`;
    assert.match(faults(text)[0]!.expected, /values, aliases followed/);
  });

  it('is refused for an alias of itself', () => {
    assert.ok(faults('a: &a [*a]').length > 0);
  });

  for (const [open, close] of [
    ['[', ']'],
    ['{a: ', '}'],
  ] as const)
    for (const depth of [100, 20_000])
      it(`is refused for ${depth} ${open} within each other`, () => {
        assert.match(faults(open.repeat(depth) + close.repeat(depth))[0]!.expected, /nested/);
      });

  it('is refused for depth by indentation', () => {
    const text = Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n');
    assert.match(faults(text)[0]!.expected, /nested/);
  });

  it('is refused for its size before it is read', () => {
    const large = new Uint8Array(CONFIG_LIMITS.fileBytesMax + 1).fill(0x20);
    assert.match(faults(large)[0]!.expected, /at most 1048576 bytes/);
  });

  it('is judged soon, though it has very many keys', () => {
    const keys = Array.from({ length: 60_000 }, (_, index) => `k${index}: 1`);
    assert.equal(Object.keys(document(keys.join('\n')).value as object).length, 60_000);
  });

  it('never makes the parser throw, whatever it is', () => {
    const piece = fc.constantFrom(
      'a: ',
      '- ',
      '\n',
      '  ',
      '&x ',
      '*x',
      '!t ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '|',
      '>',
      '<<: ',
      '? ',
      ': ',
      '#',
      '---',
      '%',
      '\t',
      '\0',
      '\u2028',
      '5',
      '!!int ',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (given) => {
        const found = read(given);
        if (!Array.isArray(found)) found.placeOf(['a', 0, 'b']);
        else for (const fault of found) assert.ok(fault.expected !== '' && fault.got !== '');
      }),
      { numRuns: 1_000 },
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void read(bytes)));
  });
});

describe('a file on disk', () => {
  const tree = new TemporaryTree();
  after(() => tree.remove());

  it('is read as it is parsed', async () => {
    const found = await readYamlFile(tree.write('good.yml', 'a: 1\n'));
    assert.ok(!Array.isArray(found));
    assert.deepEqual(found.value, { a: 1 });
  });

  it('is a fault where it is not there', async () => {
    assert.deepEqual(await readYamlFile(tree.path('none.yml')), [
      { expected: 'a file that can be read', got: 'ENOENT' },
    ]);
  });

  it('is a fault where it is too large', async () => {
    const path = tree.write('large.yml', new Uint8Array(CONFIG_LIMITS.fileBytesMax + 1));
    const found = await readYamlFile(path);
    assert.ok(Array.isArray(found));
    assert.match(found[0]!.expected, /at most/);
  });

  it('is a fault where it is a folder, or a pipe that nobody writes to', async () => {
    tree.write('folder.yml/x', '');
    execFileSync('mkfifo', [tree.path('pipe.yml')]);
    for (const name of ['folder.yml', 'pipe.yml'])
      assert.deepEqual(await readYamlFile(tree.path(name)), [
        { expected: 'a file', got: 'something else' },
      ]);
  });

  it('that never ends is read no further than the limit', async () => {
    assert.deepEqual(await readYamlFile('/dev/zero'), [
      { expected: 'a file', got: 'something else' },
    ]);
  });
});
