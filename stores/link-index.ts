/**
 * Links read backwards: one row per link, under the entity it points to, in that entity's partition.
 * Runs on: any.
 */
import type { LinkPage, LinkRow } from './entity-store.js';
import type { Environments, StateEnvironment } from './environment.js';
import type { EntityAddress, LinkSource } from './keys.js';
import * as keys from './keys.js';
import { type LinkState, readLinkRow } from './link-row.js';

/** One per thread. */
export class LinkIndex {
  readonly #environment: StateEnvironment;

  constructor(environments: Environments) {
    this.#environment = environments.state;
  }

  /** The source's link into `target`; undefined when there is none. */
  link(target: EntityAddress, source: LinkSource): LinkState | undefined {
    const row = this.#environment.tables.links.get(keys.linkKey(target, source));
    return row === undefined ? undefined : readLinkRow(row);
  }

  /** The links into `target`: all, or those of one attribute of one type (their numbers). In order of their source. */
  into(target: EntityAddress, from?: { readonly etype: number; readonly attr: number }): LinkRow[] {
    const prefix =
      from === undefined
        ? keys.entityKey(target)
        : keys.linksFromPrefix(target, from.etype, from.attr);
    const end = keys.entityKey(target).length;
    const rows: LinkRow[] = [];
    for (const { key, value } of this.#environment.tables.links.read(keys.rangeOf(prefix)))
      rows.push({ source: keys.readLinkSource(key, end), ...readLinkRow(value) });
    return rows;
  }

  /** The links into `target` from behind `after` on, at most `countMax`. */
  page(target: EntityAddress, after: LinkSource | undefined, countMax: number): LinkPage {
    const prefix = keys.entityKey(target);
    const whole = keys.rangeOf(prefix);
    const from = after === undefined ? whole.from : keys.keyBehind(keys.linkKey(target, after));
    const rows: LinkRow[] = [];
    const range = { from, below: whole.below };
    for (const { key, value } of this.#environment.tables.links.read(range, { countMax }))
      rows.push({ source: keys.readLinkSource(key, prefix.length), ...readLinkRow(value) });
    return { rows, next: rows.length < countMax ? undefined : rows.at(-1)?.source };
  }

  /** Links into entities of one type in one partition, from behind that key on: at most so many. */
  sourcesOf(
    etype: number,
    partition: number,
    after: Uint8Array | undefined,
    countMax: number,
  ): { readonly key: Uint8Array; readonly target: EntityAddress; readonly source: LinkSource }[] {
    const whole = keys.rangeOf(keys.typePrefix(etype, partition));
    const from = after === undefined ? whole.from : Buffer.concat([after, Buffer.of(0)]);
    const range = { from, below: whole.below };
    return Array.from(this.#environment.tables.links.keys(range, { countMax }), (key) => {
      const target = keys.readEntityKey(key);
      return { key, target, source: keys.readLinkSource(key, target.end) };
    });
  }
}
