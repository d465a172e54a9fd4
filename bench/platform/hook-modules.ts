/**
 * The modules of the rows about hooks: one that only looks at each new value of an attribute, one that derives a data-point
 * of it.
 * Runs on: any.
 */
import { defineModule } from '../../actors/index.js';
import { host } from './host-entity.js';

/** Looks at every address and finds nothing. */
export const looking = defineModule({
  name: 'looking',
  url: import.meta.url,
  setup({ registrar }) {
    registrar.registerOnNewAttrHook(
      (_eid, { v }) => {
        if (v === '') throw new Error('expected an address, got none');
      },
      host,
      'ip',
    );
  },
});

/** The network of every address, as a task of its own. */
export const deriving = defineModule({
  name: 'deriving',
  url: import.meta.url,
  setup({ registrar }) {
    registrar.registerOnNewAttrHook(
      (eid, { v, t1, t2 }) => {
        const subnet = `${v.slice(0, v.lastIndexOf('.'))}.0/24`;
        return [{ etype: 'host', eid, dataPoints: [{ attr: 'subnet', v: subnet, t1, t2 }] }];
      },
      host,
      'ip',
    );
  },
});
