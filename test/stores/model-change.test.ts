/** What a new model changes in a folder, by name: only what stored bytes depend on. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ModelChange, modelChange, modelChangeText } from '../../stores/model-change.js';
import { assignNumbers, NO_NUMBERS } from '../../stores/model-numbers.js';
import { createModel, type Model } from '../../stores/schema/model.js';

type Types = Readonly<Record<string, { readonly id?: string } & Readonly<Record<string, string>>>>;

/** Entity types of plain attributes by data type; `id` is the type of their ids. */
function modelOf(types: Types): Model {
  const specs = Object.entries(types).map(([etype, { id = 'string', ...attribs }]) => ({
    entity: { id: etype, name: etype, snapshot: false, id_data_type: id },
    attribs: Object.fromEntries(
      Object.entries(attribs).map(([attr, data_type]) => [
        attr,
        { name: attr, type: 'plain', data_type },
      ]),
    ),
  }));
  const model = createModel(specs);
  assert.ok(!Array.isArray(model), JSON.stringify(model));
  return model;
}

const host = { label: 'string', load: 'int' };

const cases: readonly (readonly [
  title: string,
  former: Types,
  next: Types,
  change: Partial<ModelChange>,
  text: string,
])[] = [
  ['the same model is no change', { host }, { host }, {}, ''],
  [
    'types and attributes in another order are no change',
    { host, user: { name: 'string' } },
    { user: { name: 'string' }, host: { load: 'int', label: 'string' } },
    {},
    '',
  ],
  [
    'another category is no change',
    { host: { os: 'category<string;a,b>' } },
    { host: { os: 'category<string;a,b,c>' } },
    {},
    '',
  ],
  [
    'of a new type no attribute is named, and additions break nothing',
    { host },
    { host: { ...host, os: 'string' }, user: { name: 'string' } },
    { added: ['host.os', 'user'] },
    'added host.os, user',
  ],
  [
    'a retyped attribute is named with both forms',
    { host },
    { host: { ...host, label: 'int' } },
    {
      retyped: [{ name: 'host.label', from: 'plain string', to: 'plain int' }],
      isBreaking: true,
    },
    'retyped host.label (from plain string to plain int)',
  ],
  [
    'another type of ids retypes the entity type as a whole',
    { host },
    { host: { id: 'int', label: 'int' } },
    { retyped: [{ name: 'host', from: 'id string', to: 'id int' }], isBreaking: true },
    'retyped host (from id string to id int)',
  ],
  [
    'and with it the links to that type, which hold such ids',
    { host, user: { host: 'link<host>', hosts: 'array<link<host>>', name: 'string' } },
    {
      host: { id: 'int', ...host },
      user: { host: 'link<host>', hosts: 'array<link<host>>', name: 'string' },
    },
    {
      retyped: [
        { name: 'host', from: 'id string', to: 'id int' },
        { name: 'user.host', from: 'plain link<host> by string', to: 'plain link<host> by int' },
        {
          name: 'user.hosts',
          from: 'plain array<link<host>> by string',
          to: 'plain array<link<host>> by int',
        },
      ],
      isBreaking: true,
    },
    'retyped host (from id string to id int), user.host (from plain link<host> by string to plain link<host> by int), user.hosts (from plain array<link<host>> by string to plain array<link<host>> by int)',
  ],
  [
    'what goes is named, a type without its attributes',
    { host, user: { name: 'string' } },
    { host: { label: 'string' } },
    { removed: ['host.load', 'user'], isBreaking: true },
    'removed host.load, user',
  ],
  [
    'a mirror stores nothing: one that comes is no addition, an attribute that becomes one goes',
    { host: { peers: 'array<string>' }, user: { host: 'link<host>' } },
    { host: {}, user: { host: 'link<host;mirror=peers>' } },
    { removed: ['host.peers'], isBreaking: true },
    'removed host.peers',
  ],
  [
    'all three in one line',
    { host, user: { name: 'string' } },
    { host: { label: 'int', os: 'string' }, user: { name: 'string' } },
    {
      added: ['host.os'],
      retyped: [{ name: 'host.label', from: 'plain string', to: 'plain int' }],
      removed: ['host.load'],
      isBreaking: true,
    },
    'added host.os; retyped host.label (from plain string to plain int); removed host.load',
  ],
];

describe('the change of a model', () => {
  const none: ModelChange = { added: [], retyped: [], removed: [], isBreaking: false };

  for (const [title, former, next, expected, text] of cases)
    test(title, () => {
      const stored = assignNumbers(NO_NUMBERS, modelOf(former));
      const change = modelChange(stored, modelOf(next));
      assert.deepEqual(change, { ...none, ...expected });
      assert.equal(modelChangeText(change), text);
    });

  test('what had gone before and comes back is added', () => {
    const both = assignNumbers(NO_NUMBERS, modelOf({ host, user: { name: 'string' } }));
    const less = assignNumbers(both, modelOf({ host: { label: 'string' } }));
    const change = modelChange(less, modelOf({ host, user: { name: 'string' } }));
    assert.deepEqual(change, { ...none, added: ['host.load', 'user'] });
  });

  test('in a folder without a model everything is added', () => {
    const change = modelChange(NO_NUMBERS, modelOf({ host }));
    assert.deepEqual(change, { ...none, added: ['host'] });
  });
});
