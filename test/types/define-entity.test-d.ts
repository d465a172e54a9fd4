/**
 * What follows from an entity definition as types, and what the compiler refuses in one. Compiled, never run.
 * Runs on: any.
 */
import {
  type AttrOf,
  array,
  type CurrentMapOf,
  category,
  defineEntity,
  dict,
  type HistoryItemOf,
  type HistoryOf,
  type IdOf,
  type Json,
  link,
  observations,
  type PointOf,
  plain,
  type RecordOf,
  set,
  timeseries,
  type ValueOf,
  type ValuesOf,
  type WirePointOf,
} from '../../stores/index.js';
import { same } from '../support/same-type.js';

const asn = defineEntity('asn', { id: 'int', attributes: { holder: plain('string') } });

const host = defineEntity('host', {
  id: 'ipv4',
  attributes: {
    name: plain('string'),
    count: plain('int64'),
    seen: plain('time'),
    anything: plain('special'),
    extra: plain('json'),
    level: plain(category('string', ['low', 'high'])),
    port: observations(category('int', [80, 443])),
    address: plain(dict({ street: 'string', 'floor?': 'int' })),
    tags: observations(set('string'), { multiValue: true }),
    as: plain(link(asn)),
    peers: observations(array(link('host', { data: 'int64' })), { confidence: true }),
    traffic: timeseries('regular', { timeStep: '5m', series: { bytes: 'int64', load: 'float' } }),
    pings: timeseries('irregular', { series: { ms: 'float' } }),
    visits: timeseries('irregular_intervals', { series: {} }),
  },
});
type Host = typeof host;

// Ids and values, as they are stored.

same<IdOf<Host>, string>();
same<IdOf<typeof asn>, number>();
same<AttrOf<typeof asn>, 'holder'>();
same<ValueOf<Host, 'name'>, string>();
same<ValueOf<Host, 'count'>, bigint>();
same<ValueOf<Host, 'seen'>, number>();
same<ValueOf<Host, 'anything'>, unknown>();
same<ValueOf<Host, 'extra'>, Json>();
same<ValueOf<Host, 'level'>, 'low' | 'high'>();
same<ValueOf<Host, 'port'>, 80 | 443>();
same<ValueOf<Host, 'address'>, { readonly street: string } & { readonly floor: number | null }>();
same<ValueOf<Host, 'tags'>, readonly string[]>();
same<ValueOf<Host, 'as'>, { readonly eid: number }>();
same<ValueOf<Host, 'peers'>, readonly { readonly eid: string | number; readonly data: bigint }[]>();
same<
  ValueOf<Host, 'pings'>,
  { readonly ms: readonly number[]; readonly time: readonly number[] }
>();

// The values at an instant: a list where several may be valid, none for series.

declare const values: ValuesOf<Host>;
same<typeof values.name, string | undefined>();
same<typeof values.tags, readonly (readonly string[])[] | undefined>();
same<(typeof values)['port#c'], number | undefined>();
same<(typeof values)['tags#c'], readonly number[] | undefined>();
// @ts-expect-error plain values have no confidence
values['name#c'];
// @ts-expect-error timeseries have no value at an instant
values.traffic;
same<CurrentMapOf<typeof asn>, { readonly holder: string }>();

// The record and the history.

declare const record: RecordOf<Host>;
same<typeof record.name, { readonly v: string; readonly at: number } | undefined>();
same<typeof record.port, readonly HistoryItemOf<80 | 443>[] | undefined>();
same<HistoryOf<Host, 'name'>, readonly never[]>();

// A data-point in a hook, told apart by its attribute.

declare const point: PointOf<Host>;
if (point.attr === 'as') same<typeof point.v, { readonly eid: number }>();
if (point.attr === 'traffic') {
  same<typeof point.v.bytes, readonly bigint[]>();
  // @ts-expect-error a regular series has no times
  point.v.time;
}
declare const portPoint: PointOf<Host, 'port'>;
same<typeof portPoint.v, 80 | 443>();
same<typeof portPoint.eid, string>();
// @ts-expect-error no such attribute
declare const _unknownPoint: PointOf<Host, 'ports'>;

// A data-point on its way in: looser values, and the times its kind asks for.

host.point({ id: '10.0.0.1', attr: 'name', v: 'a' });
host.point({ id: 167772161, attr: 'count', v: '12345678901234567890' });
host.point({ id: '10.0.0.1', attr: 'seen', v: new Date(0), src: 'me' });
host.point({ id: '10.0.0.1', attr: 'address', v: { street: 'x' } });
host.point({ id: '10.0.0.1', attr: 'port', v: 80, t1: '2026-01-01T00:00:00Z', c: 0.5 });
host.point({ id: '10.0.0.1', attr: 'peers', v: [{ eid: 'x', data: 1 }], t1: 0, t2: 10 });
host.point({ id: '10.0.0.1', attr: 'traffic', v: { bytes: [1], load: [0.5] }, t1: 0 });
host.point({ id: '10.0.0.1', attr: 'pings', v: { ms: [1], time: [new Date(0)] }, t1: 0 });
asn.point({ id: 1, attr: 'holder', v: 'x' });
// @ts-expect-error no such attribute
host.point({ id: '10.0.0.1', attr: 'nam', v: 'a' });
// @ts-expect-error a number for a string
host.point({ id: '10.0.0.1', attr: 'name', v: 1 });
// @ts-expect-error an observation without t1
host.point({ id: '10.0.0.1', attr: 'port', v: 80 });
// @ts-expect-error a plain value with a t2
host.point({ id: '10.0.0.1', attr: 'name', v: 'a', t2: 0 });
// @ts-expect-error no member of the category
host.point({ id: '10.0.0.1', attr: 'level', v: 'middle' });
// @ts-expect-error the data of the link is missing
host.point({ id: '10.0.0.1', attr: 'peers', v: [{ eid: 'x' }], t1: 0 });
// @ts-expect-error a series is missing
host.point({ id: '10.0.0.1', attr: 'traffic', v: { bytes: [1] }, t1: 0 });
// @ts-expect-error the id of another type
host.point({ id: true, attr: 'name', v: 'a' });

const wire = host.point({ id: '10.0.0.1', attr: 'name', v: 'a' });
same<typeof wire.type, 'host'>();
declare function send(point: WirePointOf<Host>): void;
send(wire);
send({ type: 'host', id: 'x', attr: 'name', v: 'a' });
// @ts-expect-error another type
send({ type: 'asn', id: 'x', attr: 'name', v: 'a' });

// What cannot be defined.

// @ts-expect-error no such id type
defineEntity('x', { id: 'ipv5', attributes: {} });
// @ts-expect-error no such data type
plain('text');
// @ts-expect-error a composite type as text: array() says the same with its types
plain('array<int>');
// @ts-expect-error no dict within an array
array(dict({ a: 'int' }));
// @ts-expect-error a member of another type
category('int', ['80']);
// @ts-expect-error a regular series without its step
timeseries('regular', { series: {} });
// @ts-expect-error a step where each sample has its own time
timeseries('irregular', { series: {}, timeStep: '5m' });
// @ts-expect-error a series of strings
timeseries('irregular', { series: { a: 'string' } });
// @ts-expect-error a duration without its unit
observations('int', { history: { maxAge: '7' } });
// @ts-expect-error a misspelt option
observations('int', { multivalue: true });
// @ts-expect-error a lifetime without its length
defineEntity('x', { id: 'int', attributes: {}, lifetime: 'ttl' });
