/**
 * The entity types of the tests of a changing model, before and after, and the module that runs on both.
 * Runs on: main and thread.
 */
import { defineModule } from '../../actors/module/module.js';
import { defineEntity, plain } from '../../stores/index.js';

const label = plain('string');

/** What hooks make of the labels of hosts; the same in all models. */
export const user = defineEntity('user', { id: 'string', attributes: { label } });

export const formerHost = defineEntity('host', {
  id: 'string',
  attributes: { label, note: plain('string') },
});

/** Only the former model has it. */
export const relic = defineEntity('relic', { id: 'string', attributes: { label } });

/** An attribute more than the former. */
export const longerHost = defineEntity('host', {
  id: 'string',
  attributes: { label, note: plain('string'), load: plain('int') },
});

/** Its labels are numbers, its notes are gone. */
export const nextHost = defineEntity('host', {
  id: 'string',
  attributes: { label: plain('int'), load: plain('int') },
});

/** What {@link labels} is to do. */
export interface LabelsConfig {
  /** Begins tasks and ends none. */
  readonly isHolding?: boolean;
  /** Hooks into the attribute that the former model has not, and derives it. */
  readonly hasLoad?: boolean;
  /** The process dies, as if it were killed, when a thread has come to that many labels of hosts. */
  readonly diesAt?: number;
  /** Cannot be set up where the model has no such attribute. */
  readonly needsLoad?: boolean;
}

/** Every label of a host is one of a user. */
export const labels = defineModule<LabelsConfig>({
  name: 'labels',
  url: import.meta.url,
  setup({ registrar, config, platform }) {
    const hasLoad = platform.model.entities.get('host')?.attributes.has('load') === true;
    if (config.needsLoad === true && !hasLoad) throw new Error('no load');
    if (config.isHolding === true)
      registrar.registerTaskHook('on_task_start', () => new Promise<void>(() => {}), {
        timeoutMs: 600_000,
      });
    let labelled = 0;
    registrar.registerOnNewAttrHook(
      (eid, point) => {
        if (++labelled === config.diesAt) process.kill(process.pid, 'SIGKILL');
        const dataPoints = [{ attr: 'label', v: `of ${point.v}` }];
        return [
          { etype: 'user', eid: `u-${eid}`, dataPoints },
          ...(config.hasLoad === true
            ? [{ etype: 'host', eid, dataPoints: [{ attr: 'load', v: 1 }] }]
            : []),
        ];
      },
      'host',
      'label',
    );
    if (config.hasLoad === true) registrar.registerOnNewAttrHook(() => [], 'host', 'load');
  },
});
