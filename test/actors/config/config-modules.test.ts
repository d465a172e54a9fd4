/** A configuration folder read with the modules it enables: all that is wrong at once, whatever that is. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, it } from 'node:test';
import fc from 'fast-check';
import { configFaultText, readConfigFolder } from '../../../actors/config/config-folder.js';
import { findConfigModules } from '../../../actors/config/config-modules.js';
import { TemporaryTree } from '../../support/temporary-tree.js';

const HOST = `entity: { id: host, name: Host, snapshot: true }
attribs:
  name: { name: Name, type: plain, data_type: string }
`;

let tree: TemporaryTree;
beforeEach(() => {
  tree = new TemporaryTree();
});
afterEach(() => tree.remove());

it('a faulty folder still names what is passed over, and the modules that are not there at their place', async () => {
  tree.write('db_entities/host.yml', HOST.replace('string', 'strin'));
  tree.write('database.yml', 'db_name: x');
  tree.write('our_app.yml', 'x: 1');
  tree.write('code/snake.py', '');
  tree.write(
    'processing_core.yml',
    'modules_dir: code\nworker_processes: 1\nenabled_modules:\n  - snake\n  - gone\n',
  );
  tree.write('control.yml', 'allowed_actions: [x]');
  const reading = await readConfigFolder(tree.root);
  const modules = findConfigModules(reading);
  assert.deepEqual(
    [...reading.faults, ...modules.faults].map(({ file, line, column, path }) => [
      [file, line, column].join(':'),
      path,
    ]),
    [
      ['control.yml:1:19', 'allowed_actions[0]'],
      ['db_entities/host.yml:3:36', 'attribs.name.data_type'],
      ['processing_core.yml:5:5', 'enabled_modules[1]'],
    ],
  );
  const notices = [...reading.notices, ...modules.notices];
  assert.deepEqual(
    notices.map(({ kind }) => kind),
    ['servers', 'passed-over', 'passed-over'],
  );
  assert.match(notices[2]!.text, /"snake".*Python/);
});

it('a folder of modules that is not one is named once', async () => {
  tree.write('db_entities/host.yml', HOST);
  const found = async (dir: string): Promise<string[]> => {
    tree.write('processing_core.yml', `enabled_modules: [a, b]\nmodules_dir: ${dir}\n`);
    const reading = await readConfigFolder(tree.root);
    const { faults: missing } = findConfigModules(reading);
    return [...reading.faults, ...missing].map(({ line, path }) => `${line} ${path}`);
  };
  assert.deepEqual(await found('nowhere'), ['2 modules_dir']);
  assert.deepEqual(await found('3'), ['2 modules_dir']);
});

it('a folder is named with all its faults, whatever the files say', async () => {
  const piece = fc.constantFrom(
    'entity',
    'attribs',
    'id',
    'host',
    'type',
    'plain',
    'history_params',
    'cors',
    'minute',
    'enabled_modules',
    ': ',
    ':\n',
    '\n',
    '  ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '"',
    '*/5',
    '5m',
    '&a ',
    '*a',
    'null',
    '__proto__',
    '!!int ',
  );
  const content = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
  const name = fc.constantFrom(
    'db_entities/host.yml',
    'api.yml',
    'control.yml',
    'processing_core.yml',
    'history_manager.yml',
    'updater.yml',
    'modules/a.yml',
    'database.yml',
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, content), async (files) => {
      const own = new TemporaryTree();
      try {
        own.write('db_entities/host.yml', HOST);
        for (const [file, text] of Object.entries(files)) own.write(file, text);
        const reading = await readConfigFolder(own.root);
        for (const fault of [...reading.faults, ...findConfigModules(reading).faults])
          assert.match(configFaultText(fault), /: expected .+, got .+/s);
      } finally {
        own.remove();
      }
    }),
    { numRuns: 150 },
  );
});
