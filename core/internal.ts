/**
 * What our own upper floors may use of the runtime beside its public door. Nothing here is promised to users.
 * Runs on: any.
 */
export { type Clock, systemClock } from './clock.js';
export { assert, errorFromWire, errorToWire, textOf, type WireError } from './errors.js';
export { hashKey, hashString } from './hash.js';
export { nearest, OptionReader, present, throwFaults } from './option-reader.js';
export { ManualClock } from './testkit/manual-clock.js';
export { importModule, isPoolThread } from './threads/import-module.js';
export { TimeZone } from './time-zone.js';
export { TimerWheel, WheelEntry } from './timer-wheel.js';
