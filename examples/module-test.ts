/**
 * A module that derives, and its test: entities as given, manual time, what the hooks said compared in part. No server, no
 * threads, no files; what a hook throws is thrown by the test.
 * Run: npm run build && node dist/examples/module-test.js
 */
import assert from 'node:assert/strict';
import { assertTasks, createModuleTest, defineModule } from '../actors/index.js';
import { defineEntity, link, observations, plain } from '../stores/index.js';

const user = defineEntity('user', { id: 'string', attributes: { country: plain('string') } });
const login = defineEntity('login', {
  id: 'string',
  attributes: {
    user: plain(link(user)),
    country: plain('string'),
    address: observations('ipv4', { confidence: true }),
  },
});

/** Addresses by prefix: what a real module would read from a file in `setup`. */
const COUNTRIES = new Map([
  ['192.0.2.', 'CZ'],
  ['198.51.100.', 'PT'],
]);

const geo = defineModule({
  name: 'geo',
  setup({ registrar }) {
    registrar.registerOnNewAttrHook(
      (eid, point, ctx) => {
        const country = COUNTRIES.get(point.v.replace(/\d+$/, ''));
        if (country === undefined) throw new RangeError(`no country for ${point.v}`);
        const derived = [{ etype: 'login', eid, dataPoints: [{ attr: 'country', v: country }] }];
        // The user lives where it is seen first.
        const owner = ctx.record?.value('user');
        const isKnown = owner && ctx.read(user, owner.eid)?.value('country') !== undefined;
        if (owner === undefined || isKnown) return derived;
        const home = {
          etype: 'user',
          eid: owner.eid,
          dataPoints: [{ attr: 'country', v: country }],
        };
        return [...derived, home];
      },
      login,
      'address',
      { name: 'locate' },
    );
  },
});

const test = await createModuleTest(geo, {
  entities: [user, login],
  now: Date.parse('2026-01-01T00:00:00Z'),
});
test.given('login', 'l-1', [{ attr: 'user', v: { eid: 'ann' } }]);

const seen = (v: string) => ({ attr: 'address', v, t1: test.now, t2: test.now + 60_000 });
const first = await test.run({ etype: 'login', eid: 'l-1', dataPoints: [seen('192.0.2.7')] });
assertTasks(first.tasks, [
  { etype: 'login', eid: 'l-1', dataPoints: [{ attr: 'country', v: 'CZ' }] },
  { etype: 'user', eid: 'ann', dataPoints: [{ attr: 'country', v: 'CZ' }] },
]);
console.log(`derived by ${first.tasks[0]?.hook}: ${first.tasks.length} tasks`);

// What was derived is not followed by itself: it is given back like any other task.
for (const task of first.tasks) await test.run(task);
const later = await test.run({ etype: 'login', eid: 'l-1', dataPoints: [seen('198.51.100.9')] });
assertTasks(later.tasks, [{ etype: 'login', dataPoints: [{ attr: 'country', v: 'PT' }] }]);
assert.equal(test.read('user', 'ann')?.value('country'), 'CZ');

// Time moves only when told.
assert.equal(test.read('login', 'l-1')?.value('address'), '192.0.2.7');
test.advance(120_000);
assert.equal(test.read('login', 'l-1')?.value('address'), undefined);

// In the platform a hook that throws costs its own result only; here it is seen.
await assert.rejects(
  test.run({ etype: 'login', eid: 'l-2', dataPoints: [seen('203.0.113.1')] }),
  new RangeError('no country for 203.0.113.1'),
);
await test.stop();
console.log('the module does what it should');
