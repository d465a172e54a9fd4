/**
 * Paths of attributes, as `mayChange` and `dependsOn` name them: from the entity of a hook over links to one attribute.
 * `['peer', 'owner', 'name']` is the name of the owner of the peer. Every step but the last must be a link.
 * Runs on: any.
 */
import { textOf } from '../../core/internal.js';
import type { Attribute, EntityType, Model } from '../../stores/index.js';

/** Names of attributes; one name alone may stand for the list of it. */
export type AttributePath = string | readonly string[];

/** Where a path ends, and the links it walks. */
export interface ResolvedPath {
  readonly path: readonly string[];
  readonly entity: EntityType;
  readonly attribute: Attribute;
  /** `entity.attr` of every link on the way. One in which the path ends is not walked. */
  readonly links: readonly string[];
}

/** The path in that model, or a sentence that says which step is wrong. Mirrors can be walked, not ended in for writing. */
export function resolvePath(model: Model, etype: string, path: unknown): ResolvedPath | string {
  const steps = typeof path === 'string' ? [path] : path;
  if (!Array.isArray(steps) || steps.length === 0)
    return `expected a path of one attribute name or more, got ${textOf(path)}`;
  const links: string[] = [];
  let entity = model.entities.get(etype);
  for (const [index, step] of steps.entries()) {
    const attribute = typeof step === 'string' ? entity?.attributes.get(step) : undefined;
    if (entity === undefined || attribute === undefined)
      return `expected an attribute of "${entity?.id ?? etype}" at step ${index} of ${pathText(steps)}, got ${textOf(step)}`;
    if (attribute.kind === 'timeseries')
      return `expected a plain or observations attribute at step ${index} of ${pathText(steps)}, got the timeseries "${attribute.id}"`;
    if (index === steps.length - 1) return { path: steps as string[], entity, attribute, links };
    const link = attribute.type?.link;
    if (link === undefined)
      return `expected a link at step ${index} of ${pathText(steps)}, got "${attribute.id}" of type ${attribute.type?.text}`;
    links.push(attributeKey(entity, attribute));
    entity = model.entities.get(link.target);
  }
  return `expected a path that ends, got ${pathText(steps)}`;
}

/** `entity.attr`: an attribute of the whole model, as the hook graph knows it. */
export function attributeKey(entity: EntityType, attribute: Attribute): string {
  return `${entity.id}.${attribute.id}`;
}

function pathText(steps: readonly unknown[]): string {
  return `"${steps.map((step) => (typeof step === 'string' ? step : textOf(step))).join(' > ')}"`;
}
