/**
 * The transports by the name a configuration gives.
 * Runs on: any.
 */
import { portTransport } from '../transport/port-transport.js';
import { ringTransport } from '../transport/ring-transport.js';
import type { Transport } from '../transport/transport.js';

export function transportNamed(name: 'port' | 'ring'): Transport {
  return name === 'ring' ? ringTransport : portTransport;
}
