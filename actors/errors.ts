/**
 * The errors of the platform: one stable code each. SEMANTICS.md explains each, and a test holds the two together.
 * Runs on: any.
 */

/** Code -> what it means. A code, once published, keeps its meaning. */
export const PLATFORM_ERROR_CODES = {
  CHANGES_NOT_KEPT: 'the platform was told to keep no changes, so there is nothing to read',
  CHANGE_CURSOR_INVALID: 'a cursor of changes is torn, of another folder, or ahead of this one',
  CONFIG_FOLDER_INVALID: 'a configuration folder has faults; all of them are listed',
  DATA_FILE_INVALID: 'a file of data-points cannot be read, or holds something else',
  DOOR_REFUSED: 'the door of a data folder got a call or a frame it does not take',
  ENTITY_ID_INVALID: 'an id is not of the form that its entity type has',
  ENTITY_UNKNOWN: 'the model has no entity type of that name',
  ERASE_REFUSED: 'as many erasures as may be under way are not done yet',
  FOLDER_NOT_EMPTY: 'a folder that was to be filled holds something already',
  HOOK_ENDED: 'a hook used its context after it had ended',
  HOOK_FAILED: 'a hook threw; the cause is what it threw',
  HOOK_INVALID: 'a hook was registered for something that does not exist or does not fit',
  HOOK_OVERRUN: 'a hook held its thread longer than allowed; its result counts',
  HOOK_RESULT_INVALID: 'a hook returned something that the model does not take; the rest counts',
  HOOK_TIMEOUT: 'a hook did not end within its time limit; its result is dropped',
  HOOK_UNSUPPORTED: 'a module asked for a kind of hook that this version does not run',
  MODEL_CHANGE_BLOCKED:
    'tasks stored under the former model cannot be finished; the folder keeps that model',
  MODULE_FAILED: 'a module could not be loaded, constructed or started',
  NODE_UNREACHABLE: 'no platform answers at the address or the data folder, or it is too busy',
  PLATFORM_STOPPED: 'the platform has stopped, or takes nothing new because it is stopping',
  POINT_LOG_UNFIT: 'a log file of data-points that was asked for cannot be written',
  REQUEST_REFUSED: 'a running platform refused a request; its answer says why',
} as const;

/** A stable error code of the platform. */
export type PlatformErrorCode = keyof typeof PLATFORM_ERROR_CODES;
