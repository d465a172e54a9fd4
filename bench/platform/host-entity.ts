/**
 * The entity type of the platform's benchmarks: a host with a plain attribute and four that are observed.
 * Runs on: any.
 */
import { defineEntity, observations, plain } from '../../stores/index.js';

export const host = defineEntity('host', {
  id: 'string',
  attributes: {
    name: plain('string'),
    ip: observations('ipv4'),
    port: observations('int', { multiValue: true }),
    os: observations('string'),
    risk: observations('float', { confidence: true }),
    /** Only hooks give it. */
    subnet: observations('string'),
  },
});
