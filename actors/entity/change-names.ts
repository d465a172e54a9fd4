/**
 * The names that stored changes have their types and attributes by. Numbers keep their names when the model no longer has
 * them, so that what happened is told as what it was.
 * Runs on: any.
 */
import type { ModelNumbersForm } from '../../stores/internal.js';

/** Of one entity type. */
export interface EntityNames {
  readonly id: string;
  /** The name of an attribute. */
  attr(number: number): string;
}

/** By number of an entity type; undefined for one that the folder never gave. */
export type ChangeNames = (etype: number) => EntityNames | undefined;

/** Those in a folder's numbers. */
export function changeNames({ entities }: ModelNumbersForm): ChangeNames {
  const names = new Map(
    entities.map(({ no, id, attributes }) => {
      const attrs = new Map(attributes.map((attribute) => [attribute.no, attribute.id]));
      return [no, { id, attr: (number: number) => attrs.get(number) ?? `#${number}` }];
    }),
  );
  return (etype) => names.get(etype);
}
