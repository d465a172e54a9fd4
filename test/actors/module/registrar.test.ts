/**
 * The calls by which a module registers its hooks.
 * Runs on: any.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HookRegistration } from '../../../actors/entity/hook-table.js';
import { RefreshFlag } from '../../../actors/module/refresh-flag.js';
import { Registrar, UNSUPPORTED_CALLS } from '../../../actors/module/registrar.js';
import { hasCode } from '../../../core/index.js';
import { hookModel, host, user } from '../../support/hook-model.js';

const model = hookModel();
const allow = (): boolean => true;
const noop = (): void => {};

function stage() {
  const registrations: HookRegistration[] = [];
  const registrar = new Registrar('geo', model, (one) => void registrations.push(one));
  return { registrar, registrations };
}

test('each call registers one hook, for an entity type by definition or by name', () => {
  const { registrar, registrations } = stage();
  registrar.registerTaskHook('on_task_start', noop);
  registrar.registerAllowEntityCreationHook(allow, host);
  registrar.registerOnEntityCreationHook(noop, 'host');
  registrar.registerOnEntityDeleteHook(noop, host);
  registrar.registerOnNewAttrHook(noop, user, 'login');
  registrar.registerEntityHook('on_entity_creation', noop, host);
  registrar.registerAttrHook('on_new_observation', noop, host, 'ip');
  assert.deepEqual(registrations, [
    { type: 'on_task_start', callback: noop },
    { type: 'allow_entity_creation', callback: allow, etype: 'host' },
    { type: 'on_entity_creation', callback: noop, etype: 'host' },
    { type: 'on_entity_delete', callback: noop, etype: 'host' },
    { type: 'on_new_plain', callback: noop, etype: 'user', attr: 'login' },
    { type: 'on_entity_creation', callback: noop, etype: 'host' },
    { type: 'on_new_observation', callback: noop, etype: 'host', attr: 'ip' },
  ]);
});

test('the type of an attribute hook follows from the attribute', () => {
  const { registrar, registrations } = stage();
  registrar.registerOnNewAttrHook(noop, host, 'name');
  registrar.registerOnNewAttrHook(noop, host, 'ports');
  registrar.registerOnNewAttrHook(noop, host, 'load');
  registrar.registerOnNewAttrHook(noop, 'host', 'unknown');
  assert.deepEqual(
    registrations.map(({ type }) => type),
    ['on_new_plain', 'on_new_observation', 'on_new_ts_chunk', 'on_new_plain'],
  );
});

test('options and the owner of methods are handed on', () => {
  const { registrar, registrations } = stage();
  const owner = {};
  const refresh = new RefreshFlag();
  registrar.bind(owner);
  const options = { refresh, mayChange: ['country'], timeoutMs: 50, name: 'locate' };
  registrar.registerOnEntityCreationHook(noop, host, options);
  assert.deepEqual(registrations, [
    { type: 'on_entity_creation', callback: noop, etype: 'host', owner, ...options },
  ]);
});

test('what is neither a definition nor a name goes on as a name that no entity type has', () => {
  const { registrar, registrations } = stage();
  registrar.registerOnEntityCreationHook(noop, undefined as unknown as string);
  registrar.registerOnEntityCreationHook(noop, { id: 7 } as unknown as string);
  assert.deepEqual(
    registrations.map(({ etype }) => etype),
    [undefined, 'object'],
  );
});

test('once the module is set up every further registration is refused', () => {
  const { registrar, registrations } = stage();
  registrar.close();
  assert.throws(
    () => registrar.registerOnEntityCreationHook(noop, host),
    (error) =>
      hasCode(error, 'HOOK_INVALID') &&
      /geo: expected hooks to be registered while the module is set up, got on_entity_creation later/.test(
        error.message,
      ),
  );
  assert.deepEqual(registrations, []);
});

test('calls for what needs snapshots or schedules are refused by name, not swallowed', () => {
  const { registrar, registrations } = stage();
  const calls = registrar as unknown as Record<string, () => void>;
  for (const call of UNSUPPORTED_CALLS)
    assert.throws(
      () => calls[call]?.(),
      (error) => hasCode(error, 'HOOK_UNSUPPORTED') && String(error).includes(call),
    );
  assert.deepEqual(registrations, []);
});

test('a refresh flag is set, seen and unset', () => {
  const flag = new RefreshFlag();
  assert.equal(flag.isSet, false);
  flag.set();
  assert.equal(flag.isSet, true);
  flag.unset();
  assert.equal(flag.isSet, false);
});
