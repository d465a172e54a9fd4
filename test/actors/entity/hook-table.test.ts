/**
 * Registration of hooks: what is taken, what is refused and with which words, and in which order hooks run.
 * Runs on: any.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HookRegistration, HookTable } from '../../../actors/entity/hook-table.js';
import { hasCode } from '../../../core/index.js';
import { hookModel, hookModule, register } from '../../support/hook-model.js';

const model = hookModel();
const host = model.entities.get('host')!;
const attr = (id: string) => host.attributes.get(id)!;
const noop = (): void => {};
const onName: HookRegistration = {
  type: 'on_new_plain',
  etype: 'host',
  attr: 'name',
  callback: noop,
};

function refused(registration: HookRegistration, pattern: RegExp): void {
  const table = new HookTable(model);
  assert.throws(
    () => register(table, registration),
    (error) => hasCode(error, 'HOOK_INVALID') && pattern.test((error as Error).message),
  );
  assert.deepEqual([...table], [], 'nothing is left behind');
}

test('a hook is found in its slot and in no other', () => {
  const table = new HookTable(model);
  const hook = register(table, onName);
  assert.deepEqual(table.newAttr(host, attr('name')), [hook]);
  assert.deepEqual(table.newAttr(host, attr('country')), []);
  assert.deepEqual(table.creation(host), []);
  assert.deepEqual([...table], [hook]);
});

test('every type of hook has its slot', () => {
  const table = new HookTable(model);
  const add = (registration: Omit<HookRegistration, 'callback'>) =>
    register(table, { ...registration, callback: noop });
  const start = add({ type: 'on_task_start' });
  const allow = add({ type: 'allow_entity_creation', etype: 'host' });
  const creation = add({ type: 'on_entity_creation', etype: 'host' });
  const deletion = add({ type: 'on_entity_delete', etype: 'host' });
  const observed = add({ type: 'on_new_observation', etype: 'host', attr: 'ip' });
  const chunk = add({ type: 'on_new_ts_chunk', etype: 'host', attr: 'load' });
  assert.deepEqual(table.taskStart, [start]);
  assert.deepEqual(table.allow(host), [allow]);
  assert.deepEqual(table.creation(host), [creation]);
  assert.deepEqual(table.deletion(host), [deletion]);
  assert.deepEqual(table.newAttr(host, attr('ip')), [observed]);
  assert.deepEqual(table.newAttr(host, attr('load')), [chunk]);
  assert.equal([...table].length, 6);
});

test('hooks of a slot run in the order of their modules, then of their registration', () => {
  const table = new HookTable(model);
  const add = (name: string, rank: number): void => {
    register(table, { ...onName, callback: () => name, name }, hookModule(name), rank);
  };
  add('second', 1);
  add('first', 0);
  add('second-again', 1);
  add('first-again', 0);
  assert.deepEqual(
    table.newAttr(host, attr('name')).map((hook) => hook.name),
    ['first.first', 'first-again.first-again', 'second.second', 'second-again.second-again'],
  );
});

test('the same callback twice in a slot is refused, in another slot it is fine', () => {
  const table = new HookTable(model);
  register(table, onName);
  assert.throws(
    () => register(table, onName),
    /expected each callback once in a slot, got "noop" again/,
  );
  register(table, { ...onName, attr: 'country' });
  assert.equal([...table].length, 2);
});

test('one method of two objects may stand in one slot twice', () => {
  const table = new HookTable(model);
  register(table, { ...onName, owner: { id: 1 } });
  register(table, { ...onName, owner: { id: 2 } });
  assert.deepEqual(
    table.newAttr(host, attr('name')).map((hook) => hook.name),
    ['geo.noop', 'geo.noop-2'],
  );
});

test('an unknown entity type is refused', () => {
  refused(
    { ...onName, etype: 'hots' },
    /geo, on_new_plain of hots.name: expected an entity type of the model, got "hots"/,
  );
});

test('an unknown attribute is refused', () => {
  refused({ ...onName, attr: 'nmae' }, /expected an attribute of "host", got "nmae"/);
});

test('a hook type that does not fit the attribute is refused', () => {
  refused(
    { ...onName, attr: 'ip' },
    /expected on_new_observation for observations "ip", got on_new_plain/,
  );
  refused(
    { ...onName, type: 'on_new_ts_chunk' },
    /expected on_new_plain for plain "name", got on_new_ts_chunk/,
  );
});

test('a hook for a mirror is refused, since no data-point ever comes for it', () => {
  refused(
    { type: 'on_new_plain', etype: 'user', attr: 'hosts', callback: noop },
    /expected an attribute that data-points come for, got the mirror "hosts"/,
  );
});

test('what is no hook type, no function and no time limit is refused', () => {
  refused(
    { ...onName, type: 'on_new_moon' as 'on_new_plain' },
    /expected one of on_task_start, .*, got "on_new_moon"/,
  );
  refused(
    { ...onName, callback: 'noop' as unknown as () => void },
    /expected a function as the hook, got "noop"/,
  );
  refused({ ...onName, timeoutMs: 0 }, /expected timeoutMs above 0, got 0/);
});

test('a refresh needs mayChange', () => {
  refused({ ...onName, refresh: {} }, /expected mayChange beside refresh, got none/);
});

test('every path of mayChange must lead to an attribute that can be written', () => {
  const of = (mayChange: HookRegistration['mayChange']): HookRegistration => {
    return { ...onName, mayChange: mayChange! };
  };
  refused(of(['nope']), /expected an attribute of "host" at step 0 of "nope", got "nope"/);
  refused(of([[]]), /expected a path of one attribute name or more, got array of 0/);
  refused(
    of([['name', 'login']]),
    /expected a link at step 0 of "name > login", got "name" of type string/,
  );
  refused(of([['load']]), /got the timeseries "load"/);
  refused(
    of([['owner', 'hosts']]),
    /expected mayChange to end in an attribute that can be written, got the mirror "hosts"/,
  );
  refused(of('name' as unknown as string[]), /expected mayChange as a list of paths, got "name"/);
});

test('paths walk links, lists of links and mirrors', () => {
  const table = new HookTable(model);
  const mayChange = [
    'country',
    ['owner', 'login'],
    ['peers', 'owner', 'boss', 'login'],
    ['owner', 'hosts', 'country'],
  ];
  const { mayChange: resolved } = register(table, { ...onName, mayChange });
  assert.deepEqual(
    resolved.map(({ entity, attribute, links }) => [`${entity.id}.${attribute.id}`, links]),
    [
      ['host.country', []],
      ['user.login', ['host.owner']],
      ['user.login', ['host.peers', 'host.owner', 'user.boss']],
      ['host.country', ['host.owner', 'user.hosts']],
    ],
  );
});

test('refreshed hooks that can be put in no order are refused, and the table stays usable', () => {
  const table = new HookTable(model);
  const refresh = {};
  register(table, { ...onName, refresh, mayChange: ['country'] });
  const back = { ...onName, attr: 'country', refresh, mayChange: ['name'] };
  assert.throws(
    () => register(table, back),
    /geo.noop: expected hooks that can be put in an order, got the circle geo.noop > host.name > geo.noop > host.country > geo.noop/,
  );
  assert.deepEqual(table.newAttr(host, attr('country')), []);
  register(table, { ...back, mayChange: ['tags'] });
  assert.equal([...table].length, 2);
});

test('hooks of a module are removed with their part of the graph', () => {
  const table = new HookTable(model);
  const refresh = {};
  const gone = hookModule('gone');
  register(table, { ...onName, refresh, mayChange: ['country'] }, gone);
  const kept = register(table, { ...onName, attr: 'tags' });
  table.remove((hook) => hook.module === gone);
  assert.deepEqual([...table], [kept]);
  register(table, { ...onName, attr: 'country', refresh, mayChange: ['name'] });
});

test('a list that is being walked does not change under the walker', () => {
  const table = new HookTable(model);
  register(table, onName);
  const before = table.newAttr(host, attr('name'));
  register(table, { ...onName, callback: () => 1 });
  assert.equal(before.length, 1);
});

test('refreshed hooks that may change the same attribute are told in a sentence', () => {
  const table = new HookTable(model);
  const refresh = {};
  register(table, { ...onName, refresh, mayChange: ['tags'] });
  assert.deepEqual(table.doubleWriters(), []);
  register(
    table,
    { ...onName, attr: 'country', refresh, mayChange: ['tags'] },
    hookModule('whois'),
  );
  assert.deepEqual(table.doubleWriters(), [
    '"host.tags" may be changed by geo.noop and whois.noop',
  ]);
});

test('a hook is named by its module and its function, bound or not', () => {
  const table = new HookTable(model);
  const names = [noop, noop.bind({}), () => 1, Object.assign(() => 2, {})].map((callback) => {
    return register(table, { ...onName, callback }).name;
  });
  assert.deepEqual(names, ['geo.noop', 'geo.noop-2', 'geo.anonymous', 'geo.anonymous-2']);
  assert.equal(register(table, { ...onName, attr: 'tags', name: 'said' }).name, 'geo.said');
});
