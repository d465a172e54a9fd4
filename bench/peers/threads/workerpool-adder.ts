/**
 * The thread of the workerpool benchmark.
 * Runs on: thread.
 */
import { worker } from 'workerpool';

worker({ add: (a: number, b: number): number => a + b });
