/**
 * What travels with a message beside its handler name and arguments. Most messages need none: a plain tell
 * carries one small integer (its meta word) and allocates nothing. A message that is asked, forwarded or traced
 * carries an Envelope object in the same place.
 *
 *   meta word   bits 0-1  Argc: how the payload holds the arguments
 *               bits 2-29 begun mark of a message from another thread; 0 for a local one (see begun-map.ts)
 *
 * Runs on: any.
 */

/** How a payload holds a handler's arguments: none, the payload itself, or an array of two and more. */
export const Argc = { none: 0, one: 1, many: 2 } as const;
export type Argc = (typeof Argc)[keyof typeof Argc];
export const ARGC_MASK = 3;

/** One link of the actors that wait for each other's answers, newest first. */
export interface AskChain {
  readonly slot: number;
  readonly generation: number;
  /** Which execution of the actor's handlers asked; if that one is not in flight, nobody waits. */
  readonly turn: number;
  readonly path: string;
  readonly up: AskChain | undefined;
  readonly length: number;
}

/** Who hears the answer of a message. Every method may be called late or twice: the first answer counts. */
export interface Asker {
  readonly chain: AskChain | undefined;
  /** True for a reader of a stream: it takes items until reply ends it. */
  readonly isStream: boolean;
  /** True when it wants to hear, by {@link Asker.begins}, that the handler is about to be called. */
  readonly wantsBegun?: boolean;
  reply(value: unknown): void;
  fail(error: unknown): void;
  begins?(): void;
}

/** Meta of a message that needs more than a word. */
export class Envelope {
  argc: Argc = Argc.none;
  /** The begun mark, already shifted as in a meta word; 0 for a local message. */
  begun = 0;
  asker: Asker | undefined = undefined;
  traceparent: string | undefined = undefined;
}

/** The meta of a queued message: a word, or an envelope. */
export type Meta = number | Envelope;

/** The arguments as an array, whatever the payload's form. */
export function argsOf(argc: number, payload: unknown): readonly unknown[] {
  return argc === Argc.none ? [] : argc === Argc.one ? [payload] : (payload as unknown[]);
}

/** The link of that actor, if it is among those that wait. */
export function linkOf(
  chain: AskChain | undefined,
  slot: number,
  generation: number,
): AskChain | undefined {
  for (let link = chain; link !== undefined; link = link.up) {
    if (link.slot === slot && link.generation === generation) return link;
  }
  return undefined;
}

/** The names along the chain, first asker first. */
export function pathsOf(chain: AskChain | undefined): string[] {
  const paths: string[] = [];
  for (let link = chain; link !== undefined; link = link.up) paths.unshift(link.path);
  return paths;
}
