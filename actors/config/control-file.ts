/**
 * control.yml: which control actions may be asked for.
 * Runs on: main.
 */
import { choice, listOf, or } from '../../stores/internal.js';
import { type FileNotes, readSettings } from './config-shape.js';

/** Control actions, by DP³'s names where DP³ has them. */
export const CONTROL_ACTIONS = [
  'make_snapshots',
  'refresh_on_entity_creation',
  'refresh_module_config',
  'replace_module_code',
] as const;

/** The name of a control action. */
export type ControlAction = (typeof CONTROL_ACTIONS)[number];

/** What control.yml says. */
export interface ControlConfig {
  readonly allowedActions: readonly ControlAction[];
}

const settings = { allowed_actions: or(listOf(choice(CONTROL_ACTIONS)), CONTROL_ACTIONS) };

/** The settings of the parsed file; undefined gives those of an absent one: all actions. */
export function readControlFile(input: unknown, notes: FileNotes): ControlConfig {
  const { allowed_actions } = readSettings(input, settings, [], notes);
  return { allowedActions: [...new Set(allowed_actions)] };
}
