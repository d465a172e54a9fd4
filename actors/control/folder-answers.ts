/**
 * What the door of a running platform answers: the requests of the HTTP API, by the same routes, and a check of what is
 * stored. Made when the first caller knocks: a platform that nobody asks loads none of it.
 * Runs on: main.
 */
import { CodedError, silentLogger } from '../../core/index.js';
import type { Door } from '../platform-config.js';
import type { Platform } from '../platform-surface.js';
import { type DoorCalls, FolderDoor } from './folder-door.js';
import { type RouteTable, wholeBody } from './route-table.js';

/**
 * Lets the command line in: `createPlatform({ data, config, door: commandLineDoor })`. Whoever may write in the data folder
 * may then do with `troupe … --data DIR` what the HTTP API allows, without a token.
 */
export const commandLineDoor: Door = (platform) => new FolderDoor(callsOf(platform), silentLogger);

/** What a caller at the door counts as where an address is asked for. */
const CLIENT = 'command line';

function callsOf(platform: Platform): DoorCalls {
  let table: Promise<RouteTable> | undefined;
  return {
    request: async ({ args, payload }) => {
      table ??= import('./platform-routes.js').then(({ routesOf }) => routesOf(platform));
      const { method, path, query, headers } = args as Record<string, unknown>;
      if (typeof method !== 'string' || typeof path !== 'string' || !path.startsWith('/'))
        throw new CodedError('DOOR_REFUSED', 'expected a method and a path, got something else');
      const answer = await (await table).answer({
        method,
        path,
        query: textsOf(query),
        headers: textsOf(headers),
        body: payload.slice(), // given away: its own memory, not a view of the frame
        client: CLIENT,
      });
      const { status, headers: said = {} } = answer;
      return { value: { status, headers: said }, payload: await wholeBody(answer) };
    },
    fsck: async () => ({ value: await platform.fsck() }),
  };
}

/** Names with a text or texts; whatever else is left out. */
function textsOf(value: unknown): Record<string, string | string[]> {
  const entries = Object.entries(typeof value === 'object' && value !== null ? value : {});
  return Object.fromEntries(
    entries.filter(([, text]) => {
      return [text].flat().every((one) => typeof one === 'string');
    }),
  ) as Record<string, string | string[]>;
}
