/**
 * A module that defines no actor.
 * Runs on: thread.
 */
export const nothing = 0;
