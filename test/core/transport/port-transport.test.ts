import { portTransport } from '../../../core/transport/port-transport.js';
import { transportConformance } from '../../conformance/transport.js';

transportConformance({ transport: portTransport, drive: () => {}, polls: true });
