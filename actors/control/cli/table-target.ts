/**
 * Routes of this process as a target of commands: no socket, no server.
 * Runs on: main.
 */
import { type RouteTable, wholeBody } from '../route-table.js';
import type { Target } from './target.js';

/** `close` is called with the target's. */
export function tableTarget(
  place: string,
  table: RouteTable,
  close: () => Promise<unknown>,
): Target {
  return {
    place,
    request: async ({ method, path, query = {}, headers = {}, body }) => {
      const answer = await table.answer({
        method,
        path,
        query: given(query),
        headers,
        body: body?.slice() ?? new Uint8Array(0), // given away; the caller may send it again
        client: 'command line',
      });
      return {
        status: answer.status,
        headers: answer.headers ?? {},
        body: await wholeBody(answer),
      };
    },
    close: async () => void (await close()),
  };
}

function given(
  query: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string | readonly string[]> {
  const entries = Object.entries(query).filter(([, text]) => text !== undefined);
  return Object.fromEntries(entries) as Record<string, string | readonly string[]>;
}
