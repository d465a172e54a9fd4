/**
 * The numbers that a data folder knows entity types and attributes by. A number, once given, keeps its meaning for ever: a
 * type or attribute that comes to be stored in another form gets a new one, and what was stored under the old number is
 * never read as the new. The schema is the version of all of it: it rises when a number is given or withdrawn.
 * Pure.
 * Runs on: any.
 */
import { CodedError } from '../core/index.js';
import type { StoreErrorCode } from './errors.js';
import { type Attribute, storedForm } from './schema/attribute.js';
import type { Model } from './schema/build-model.js';
import type { EntityType } from './schema/entity-type.js';

/** One attribute's number; `form` is what its bytes depend on. */
export interface AttributeNumber {
  readonly no: number;
  readonly id: string;
  readonly form: string;
  /** The schema from which on it is not in use, if so. */
  readonly retired?: number;
}

/** One entity type's number, and those of its attributes. `idType` is what its keys depend on. */
export interface EntityNumber {
  readonly no: number;
  readonly id: string;
  readonly idType: string;
  readonly attributes: readonly AttributeNumber[];
  readonly retired?: number;
}

/** All numbers of a folder as plain data: what is stored, and what travels to threads. */
export interface ModelNumbersForm {
  /** 0 before any model. */
  readonly schema: number;
  readonly entities: readonly EntityNumber[];
}

/** Of a folder without a model. */
export const NO_NUMBERS: ModelNumbersForm = { schema: 0, entities: [] };

/**
 * The numbers for a model, given those there are: the very same form when nothing has changed. What the model has no more is
 * retired, not forgotten.
 */
export function assignNumbers(stored: ModelNumbersForm, model: Model): ModelNumbersForm {
  const schema = stored.schema + 1;
  let isChanged = false;
  const retire = <T extends { readonly retired?: number }>(old: T): T => {
    if (old.retired !== undefined) return old;
    isChanged = true;
    return { ...old, retired: schema };
  };
  const entities: EntityNumber[] = stored.entities.map((old) => {
    const type = model.entities.get(old.id);
    if (old.retired !== undefined || type === undefined || type.idType.name !== old.idType)
      return retire(old);
    const kept = old.attributes.map((one) => {
      const attribute = type.attributes.get(one.id);
      const isSame = attribute !== undefined && numberedForm(attribute, model) === one.form;
      return isSame ? one : retire(one);
    });
    const attributes = withNew(kept, type, model);
    if (attributes.length === kept.length && kept.every((one, i) => one === old.attributes[i]))
      return old;
    isChanged = true;
    return { ...old, attributes };
  });
  for (const type of model.list) {
    if (entities.some((one) => one.id === type.id && one.retired === undefined)) continue;
    isChanged = true;
    const { id, idType } = type;
    const attributes = withNew([], type, model);
    entities.push({ no: entities.length, id, idType: idType.name, attributes });
  }
  return isChanged ? { schema, entities } : stored;
}

/**
 * What the number of an attribute stands for: its stored form, and of links the type of the ids they hold, which is that of
 * their target. Undefined for mirrors, which have no number.
 */
export function numberedForm(attribute: Attribute, model: Model): string | undefined {
  const form = storedForm(attribute);
  const target = attribute.type?.link?.target;
  if (form === undefined || target === undefined) return form;
  return `${form} by ${model.entities.get(target)?.idType.name}`;
}

/** The numbers of a folder, looked up both ways for the model that is in use. */
export class ModelNumbers {
  readonly form: ModelNumbersForm;
  readonly #etypes = new Map<string, number>();
  readonly #entities = new Map<number, EntityType>();
  /** Entity type id -> attribute id -> number. */
  readonly #attrs = new Map<string, Map<string, number>>();
  /** Entity type number -> attribute number -> attribute. */
  readonly #attributes = new Map<number, Map<number, Attribute>>();

  /** The numbers in `form` for `model`, which {@link assignNumbers} has seen. */
  static of(form: ModelNumbersForm, model: Model): ModelNumbers {
    return new ModelNumbers(form, model);
  }

  /** Use {@link ModelNumbers.of}. */
  constructor(form: ModelNumbersForm, model: Model) {
    this.form = form;
    for (const entity of form.entities) {
      const type = entity.retired === undefined ? model.entities.get(entity.id) : undefined;
      if (type !== undefined) this.#take(entity, type);
    }
  }

  /** Version of what is stored: entries say under which they were made. */
  get schema(): number {
    return this.form.schema;
  }

  /** Throws MODEL_INVALID for a type the folder has no number for. */
  etypeNo(etype: string): number {
    return found(this.#etypes.get(etype), etype);
  }

  /** Throws MODEL_INVALID for an attribute the folder has no number for; mirrors have none. */
  attrNo(etype: string, attr: string): number {
    return found(this.#attrs.get(etype)?.get(attr), `${etype}.${attr}`);
  }

  /** Undefined when the type of that number was removed or has another form now. */
  entityOf(etypeNo: number): EntityType | undefined {
    return this.#entities.get(etypeNo);
  }

  /** Undefined when the attribute of that number was removed or has another form now. */
  attributeOf(etypeNo: number, attrNo: number): Attribute | undefined {
    return this.#attributes.get(etypeNo)?.get(attrNo);
  }

  #take(entity: EntityNumber, type: EntityType): void {
    const numbers = new Map<string, number>();
    const attributes = new Map<number, Attribute>();
    for (const { no, id, retired } of entity.attributes) {
      const attribute = retired === undefined ? type.attributes.get(id) : undefined;
      if (attribute === undefined) continue;
      numbers.set(id, no);
      attributes.set(no, attribute);
    }
    this.#etypes.set(type.id, entity.no);
    this.#entities.set(entity.no, type);
    this.#attrs.set(type.id, numbers);
    this.#attributes.set(entity.no, attributes);
  }
}

/** The numbers there are and new ones, each higher than all before, for the attributes that have none. */
function withNew(
  kept: readonly AttributeNumber[],
  type: EntityType,
  model: Model,
): readonly AttributeNumber[] {
  const attributes = [...kept];
  for (const attribute of type.list) {
    const form = numberedForm(attribute, model);
    if (form === undefined) continue;
    if (kept.some((one) => one.id === attribute.id && one.retired === undefined)) continue;
    attributes.push({ no: attributes.length, id: attribute.id, form });
  }
  return attributes;
}

function found(number: number | undefined, name: string): number {
  if (number !== undefined) return number;
  throw new CodedError<StoreErrorCode>(
    'MODEL_INVALID',
    `expected ${name} to have a number in this folder, got none`,
  );
}
