/**
 * Entity types and modules that the platform's tests run. Loaded by their threads too.
 * Runs on: main and thread.
 */
import { defineModule } from '../../actors/module/module.js';
import { defineEntity, link, observations, plain, timeseries } from '../../stores/index.js';

export const network = defineEntity('network', {
  id: 'string',
  attributes: { size: plain('int'), label: plain('string') },
});

export const host = defineEntity('host', {
  id: 'ipv4',
  attributes: {
    hostname: plain('string'),
    serial: plain('int64'),
    os: observations('string', { history: { postValidity: '1h' } }),
    ports: observations('int', { multiValue: true }),
    load: timeseries('regular', { timeStep: '1m', series: { one: 'float' } }),
    network: plain(link('network', { mirror: 'hosts' })),
  },
});

/** Puts hosts into networks; `prefix` of its configuration labels them. */
export const networks = defineModule<{ readonly prefix?: string }>({
  name: 'networks',
  url: import.meta.url,
  setup({ registrar, config }) {
    registrar.registerOnEntityCreationHook((address) => {
      const eid = `${address.split('.').slice(0, 3).join('.')}.0/24`;
      const label = { attr: 'label', v: `${config.prefix ?? 'net'} ${eid}` };
      return [
        { etype: 'host', eid: address, dataPoints: [{ attr: 'network', v: { eid } }] },
        { etype: 'network', eid, dataPoints: [{ attr: 'size', v: 256 }, label] },
      ];
    }, host);
  },
});
