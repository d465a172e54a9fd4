/**
 * The OpenAPI document of a server, held against what the server answers: a status that a route gives must be one that the
 * document declares for it.
 * Runs on: main.
 */
import assert from 'node:assert/strict';

type Methods = Readonly<Record<string, { readonly responses: Readonly<Record<string, unknown>> }>>;

interface Entry {
  readonly segments: readonly string[];
  readonly methods: Methods;
}

export class DeclaredAnswers {
  readonly #entries: readonly Entry[];

  /** The document of the server at `url`; one of nothing where this machine's name is not served. */
  static async of(url: string, token: string | undefined): Promise<DeclaredAnswers> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await fetch(`${url}/openapi.json`, { headers });
    const document = (await answer.json()) as { paths?: Readonly<Record<string, Methods>> };
    return new DeclaredAnswers(document.paths ?? {});
  }

  private constructor(paths: Readonly<Record<string, Methods>>) {
    const entries = Object.entries(paths).map(([path, methods]) => ({
      segments: path.split('/'),
      methods,
    }));
    this.#entries = entries.sort((a, b) => (rankOf(a) < rankOf(b) ? -1 : 1));
  }

  /** Fails when the route of the request does not declare the status. A request of no route is let be. */
  check(method: string, path: string, status: number): void {
    const given = path.replace(/[?#].*$/s, '').split('/');
    const fitting = this.#entries.find(({ segments, methods }) => {
      return methods[method.toLowerCase()] !== undefined && fits(segments, given);
    });
    const declared = Object.keys(fitting?.methods[method.toLowerCase()]?.responses ?? {});
    if (fitting === undefined) return;
    const route = `${method} ${fitting.segments.join('/')}`;
    assert.ok(declared.includes(String(status)), `${route}: ${status} is none of ${declared}`);
  }
}

function fits(segments: readonly string[], given: readonly string[]): boolean {
  if (segments.length !== given.length) return false;
  return segments.every((segment, index) => {
    return segment.startsWith('{') ? given[index] !== '' : segment === given[index];
  });
}

/** Fixed parts sort first. */
function rankOf({ segments }: Entry): string {
  return segments.map((segment) => (segment.startsWith('{') ? 'b' : 'a')).join('');
}
