/**
 * Links read backwards: one row per link, under the entity it points to, in that entity's partition.
 * Runs on: any.
 */
import type { LinkRow } from './entity-store.js';
import type { Environments, StateEnvironment } from './environment.js';
import type { EntityAddress, LinkSource } from './keys.js';
import * as keys from './keys.js';
import { readNumberRow } from './number-row.js';

/** One per thread. */
export class LinkIndex {
  readonly #environment: StateEnvironment;

  constructor(environments: Environments) {
    this.#environment = environments.state;
  }

  /** Until when (epoch ms) the source's link into `target` holds; undefined when there is none. */
  until(target: EntityAddress, source: LinkSource): number | undefined {
    const row = this.#environment.tables.links.get(keys.linkKey(target, source));
    return row === undefined ? undefined : readNumberRow(row);
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
      rows.push({ source: keys.readLinkSource(key, end), until: readNumberRow(value) });
    return rows;
  }
}
