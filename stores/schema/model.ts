/**
 * The way in for a model that was written down: specifications in whatever state -> a model, or every fault at once.
 * Runs on: any.
 */
import { buildModel, type Model, type PlacedFault } from './build-model.js';
import { readEntitySpec } from './entity-spec-shape.js';
import { pathText, type SpecFault, type SpecPath, sentenceOf } from './spec-fault.js';

export type { Model } from './build-model.js';

/** One thing wrong with the specifications. The texts complete "expected …, got …". */
export interface ModelFault {
  /** Entity type, then the steps in its specification: `host.attribs.ip.data_type`. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  /** What was probably meant. */
  readonly suggestion?: string;
  /** The position of the specification in the list that was given. */
  readonly spec: number;
  /** The same place as steps within that specification. */
  readonly at: SpecPath;
  /** Where it was written, if it came from a file; line and column count from 1. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** Of {@link createModel}. */
export interface ModelOptions {
  /**
   * Ids of entity types that there are, but whose specification could not be read. Links to them are no fault; there
   * is no model then, only faults of the rest, if any.
   */
  readonly unread?: readonly string[];
}

/**
 * Entity specifications, as the files of DP³ hold them (`{entity, attribs}`) or `defineEntity` makes them (`.spec`),
 * -> the model, or all that is wrong with them. Throws nothing for whatever input.
 */
export function createModel(
  specs: readonly unknown[],
  { unread = [] }: ModelOptions = {},
): Model | ModelFault[] {
  const faults: PlacedFault[] = [];
  const sources = specs.map((input, spec) => {
    const own: SpecFault[] = [];
    const source = readEntitySpec(input, own);
    faults.push(...own.map((fault) => ({ ...fault, spec })));
    return source;
  });
  const model = buildModel(sources, faults, unread);
  if (model !== undefined) return model;
  return faults
    .sort((a, b) => a.spec - b.spec)
    .map((fault) => {
      const name = sources[fault.spec]?.id ?? `entity type ${fault.spec + 1}`;
      return { path: pathText([name, ...fault.at]), ...fault };
    });
}

/** `file:line:column path: expected …, got …; did you mean …?` in one line. */
export function modelFaultText(fault: ModelFault): string {
  const place = [fault.file, fault.line, fault.column].filter((part) => part !== undefined);
  const prefix = place.length === 0 ? '' : `${place.join(':')} `;
  return `${prefix}${fault.path}: ${sentenceOf(fault)}`;
}
