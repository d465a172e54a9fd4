/**
 * A module that cannot be loaded.
 * Runs on: thread.
 */
export {};

throw new Error('this module does not load');
