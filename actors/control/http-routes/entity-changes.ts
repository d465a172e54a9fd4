/**
 * What changes one entity by hand: a value set, its lifetime extended, its deletion. Each is a task on the road of all
 * data, durable when it is answered. As in DP³, `editable` is a hint for user interfaces and not enforced here.
 * Runs on: main.
 */
import { type InputFault, parsePointOf, toTime } from '../../../stores/internal.js';
import type { TaskInput } from '../../entity/hook.js';
import { type HttpAnswer, type HttpRequest, refused } from '../route.js';
import { BODIES } from '../route-schemas.js';
import { type Call, type Operation, operation } from './entity-operation.js';
import { answerOf, bodyOf, isAnswer, type RouteKit, type Subject } from './route-kit.js';

export function changeOperations(kit: RouteKit): Operation[] {
  return [
    operation({
      method: 'POST',
      v1: '/set',
      v2: '/attr',
      hasAttribute: true,
      summary: 'Set the value of an attribute that is no timeseries, from now on',
      notes: { takes: BODIES.value, givesPosition: true },
      handle: (subject, _, call) => setValue(kit, subject, call),
    }),
    operation({
      method: 'POST',
      v1: '/ttl',
      v2: '/ttl',
      summary: 'Extend the lifetime of an entity: a token and until when it holds',
      notes: { takes: BODIES.tokens, givesPosition: true },
      handle: (subject, _, { request }) => extendLifetime(kit, subject, request),
    }),
    operation({
      method: 'DELETE',
      v1: '',
      v2: '',
      summary: 'Delete an entity; it may be created again later',
      notes: { givesPosition: true },
      handle: (subject, _, { request }) => submit(kit, { ...idOf(subject), delete: true }, request),
    }),
  ];
}

/** Of a token that would be lost as a member of an object. */
const ANOTHER_NAME = { type: 'value_error', msg: 'Value error, expected another name' };

async function setValue(
  kit: RouteKit,
  subject: Subject,
  { request, attribute, from }: Call,
): Promise<HttpAnswer> {
  const body = bodyOf(kit, request);
  if (isAnswer(body)) return body;
  if (!isObject(body.value)) return refused([notObject(body.value)]);
  if (!Object.hasOwn(body.value, 'value')) {
    return refused([
      { loc: ['body', 'value'], msg: 'Field required', type: 'missing', input: body.value },
    ]);
  }
  const { id: attr, kind, mirrors } = attribute!;
  const unfit =
    kind === 'timeseries'
      ? 'a timeseries takes data-points, no single values'
      : mirrors === undefined
        ? undefined
        : `expected another attribute: it mirrors ${mirrors.etype}.${mirrors.attr} and is read-only`;
  if (unfit !== undefined) {
    const msg = `Value error, ${unfit}`;
    return refused([{ loc: [from, 'attr'], msg, type: 'value_error', input: attr }]);
  }
  const now = kit.settings.wallNow();
  const times = kind === 'plain' ? {} : { t1: now, t2: now };
  const point = { attr, v: body.value.value, ...times, src: `${request.client} via API` };
  const faults: InputFault[] = [];
  if (parsePointOf(subject.entity, point, ['body'], faults) === undefined) {
    return refused(faults.map(withOwnPlace));
  }
  return submit(kit, { ...idOf(subject), dataPoints: [point] }, request);
}

/** The value of the data-point is the member `value` of what the client sent. */
function withOwnPlace(fault: InputFault): InputFault {
  const [, member, ...rest] = fault.loc;
  return member === 'v' ? { ...fault, loc: ['body', 'value', ...rest] } : fault;
}

async function extendLifetime(
  kit: RouteKit,
  subject: Subject,
  request: HttpRequest,
): Promise<HttpAnswer> {
  const body = bodyOf(kit, request);
  if (isAnswer(body)) return body;
  if (!isObject(body.value)) return refused([notObject(body.value)]);
  const faults: InputFault[] = [];
  const ttlTokens: Record<string, number> = {};
  for (const [name, input] of Object.entries(body.value)) {
    const until = name === '__proto__' ? ANOTHER_NAME : toTime(input);
    if (typeof until === 'number') ttlTokens[name] = until;
    else faults.push({ loc: ['body', name], ...until, input });
  }
  if (Object.keys(body.value).length === 0) {
    faults.push({
      loc: ['body'],
      msg: 'Dictionary should have at least 1 item after validation, not 0',
      type: 'too_short',
      input: body.value,
    });
  }
  if (faults.length > 0) return refused(faults);
  return submit(kit, { ...idOf(subject), ttlTokens }, request);
}

async function submit(kit: RouteKit, task: TaskInput, request: HttpRequest): Promise<HttpAnswer> {
  const answer = await kit.platform.submit([task], { client: request.client });
  kit.metrics.points(answer.accepted, answer.rejected);
  return answerOf(answer);
}

function idOf({ entity, eid }: Subject): { readonly etype: string; readonly eid: string | number } {
  return { etype: entity.id, eid };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notObject(input: unknown): InputFault {
  return { loc: ['body'], msg: 'Input should be a valid dictionary', type: 'model_type', input };
}
