/**
 * Control actions. POST tells what became of the request; GET is kept for old clients and answers as DP³ does, whether
 * the action was allowed or not.
 * Runs on: main.
 */
import { codeOf } from '../http-errors.js';
import type { ControlAction, ControlOutcome } from '../platform-port.js';
import { type QueryOf, text } from '../query-spec.js';
import {
  failed,
  type HttpAnswer,
  type HttpRequest,
  ok,
  type Route,
  refused,
  route,
} from '../route.js';
import { type RouteKit, unknownEntity } from './route-kit.js';
import { noSnapshots } from './snapshot-routes.js';

/** What DP³ has, by either method. */
const OLD_ACTIONS = ['make_snapshots', 'refresh_on_entity_creation', 'refresh_module_config'];
const ACTIONS = [...OLD_ACTIONS, 'replace_module_code'];
/** What an action rejects with when a file, or a module, does not take it, or modules are on main. */
const REFUSALS: ReadonlySet<string> = new Set([
  'CONFIG_FOLDER_INVALID',
  'MODULE_FAILED',
  'THREAD_FIXED',
]);
type ActOutcome = ControlOutcome | 'refused' | 'fixed';

const QUERY = { etype: text, module: text };

export function controlRoutes(kit: RouteKit): Route[] {
  const summary =
    'Make snapshots, refresh entities by their creation hooks, reload a module, or replace code';
  return (['POST', 'GET'] as const).map((method) =>
    route({
      method,
      path: '/control/:action',
      access: 'write',
      summary: method === 'GET' ? `${summary} (deprecated: use POST)` : summary,
      query: QUERY,
      notes: { statuses: method === 'GET' ? [200, 501] : [200, 403, 404, 409, 501] },
      handle: (request, query) => act(kit, request, { query, isOld: method === 'GET' }),
    }),
  );
}

async function act(
  kit: RouteKit,
  request: HttpRequest,
  call: { readonly query: QueryOf<typeof QUERY>; readonly isOld: boolean },
): Promise<HttpAnswer> {
  const action = actionOf(kit, request.params.action ?? '', call);
  if ('status' in action) return action;
  const outcome = await outcomeOf(kit, action);
  if (outcome === 'missing') return noSnapshots();
  return call.isOld ? sent() : answerTo(outcome, action);
}

/** A configuration that is refused is for its operator to mend: the client is told so, the log says what is wrong. */
async function outcomeOf(kit: RouteKit, action: ControlAction): Promise<ActOutcome> {
  try {
    return await kit.platform.control(action);
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (!REFUSALS.has(code)) throw error;
    kit.settings.logger.error('a control action was refused', { ...action, error });
    return code === 'THREAD_FIXED' ? 'fixed' : 'refused';
  }
}

/** The action, or the 422: what DP³ refuses, and for POST also what it would pass and drop. */
function actionOf(
  kit: RouteKit,
  name: string,
  call: { readonly query: QueryOf<typeof QUERY>; readonly isOld: boolean },
): ControlAction | HttpAnswer {
  const { etype, module } = call.query;
  switch (name) {
    case 'make_snapshots':
      return { name };
    case 'refresh_on_entity_creation':
      if (etype === undefined) return missing('etype');
      if (kit.platform.model.entities.has(etype)) return { name, etype };
      return call.isOld ? sent() : refused([unknownEntity(['query', 'etype'], etype)]);
    case 'refresh_module_config':
      if (module === undefined) return missing('module');
      return kit.platform.modules.includes(module)
        ? { name, module }
        : notOneOf('module', module, kit);
    case 'replace_module_code':
      return call.isOld ? notAnAction(name, OLD_ACTIONS) : { name };
    default:
      return notAnAction(name, call.isOld ? OLD_ACTIONS : ACTIONS);
  }
}

function notAnAction(input: string, actions: readonly string[]): HttpAnswer {
  const msg = `Input should be ${actions.map((one) => `'${one}'`).join(', ')}`;
  return refused([{ loc: ['path', 'action'], msg, type: 'enum', input }]);
}

function answerTo(outcome: ActOutcome, action: ControlAction): HttpAnswer {
  if (outcome === 'sent') return sent();
  if (outcome === 'refused') return failed(409, refusalOf(action), { code: 'MODULE_FAILED' });
  if (outcome === 'fixed')
    return failed(409, 'The modules run on the main thread: new code takes a restart', {
      code: 'THREAD_FIXED',
    });
  if (outcome === 'forbidden') {
    return failed(403, `Action '${action.name}' is not among the allowed actions`);
  }
  return failed(404, `Nothing to do for action '${action.name}'`);
}

function refusalOf({ name }: ControlAction): string {
  return name === 'replace_module_code'
    ? 'The new code is refused; the log says why'
    : 'The new configuration is refused, the old one stays; the log says why';
}

function sent(): HttpAnswer {
  return ok({ detail: 'Action sent.' });
}

function missing(name: string): HttpAnswer {
  return refused([{ loc: ['query', name], msg: 'Field required', type: 'missing', input: null }]);
}

function notOneOf(name: string, input: string, kit: RouteKit): HttpAnswer {
  const msg = `Input should be one of: ${kit.platform.modules.join(', ')}`;
  return refused([{ loc: ['query', name], msg, type: 'enum', input }]);
}
