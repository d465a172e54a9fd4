/**
 * Arguments held against Standard Schemas, one each: what the schemas make of them, or every fault with its path.
 * Runs on: any.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { LIMITS } from './limits.js';

/** The values the schemas gave, or sentences that say what they refused. */
export type Checked = { readonly values: unknown[] } | { readonly faults: readonly string[] };

type Result = StandardSchemaV1.Result<unknown>;

/**
 * Checks `args` with `schemas` by position; a left-out argument is checked as undefined, and one too many is a
 * fault. Values come as long as `args`, or longer where a schema gave a default. A promise only if a schema gives
 * one. Throws what a schema throws.
 */
export function checkArguments(
  schemas: readonly StandardSchemaV1[],
  args: readonly unknown[],
): Checked | Promise<Checked> {
  if (args.length > schemas.length)
    return { faults: [`args: expected at most ${schemas.length}, got ${args.length}`] };
  const results = schemas.map((schema, index) => schema['~standard'].validate(args[index]));
  if (results.some((result) => result instanceof Promise))
    return Promise.all(results).then((all) => checkedOf(all, args.length));
  return checkedOf(results as Result[], args.length);
}

function checkedOf(results: readonly Result[], argsGiven: number): Checked {
  const faults = results.flatMap((result, index) => faultsOf(result, index));
  if (faults.length > 0) return { faults: named(faults) };
  const values = results.map((result) => (result as { readonly value: unknown }).value);
  // Left-out arguments stay left out, so that the defaults of a handler count.
  while (values.length > argsGiven && values.at(-1) === undefined) values.pop();
  return { values };
}

function faultsOf(result: Result, index: number): string[] {
  return (result.issues ?? []).map((issue) => {
    const steps = (issue.path ?? []).map((step) => (typeof step === 'object' ? step.key : step));
    return `${[`args[${index}]`, ...steps.map(String)].join('.')}: ${issue.message}`;
  });
}

/** The first few: an argument may have as many faults as it has parts. */
function named(faults: readonly string[]): readonly string[] {
  const more = faults.length - LIMITS.schemaFaultsNamed;
  return more > 0 ? [...faults.slice(0, LIMITS.schemaFaultsNamed), `and ${more} more`] : faults;
}
