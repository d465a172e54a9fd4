/**
 * A dead letter put into the folder of a stage, about its first task from outside: some tasks can hardly be made to fail.
 * Runs on: main.
 */
import { encodeDeadLetter, LANES, partitionOf, seqOf, type Task } from '../../stores/internal.js';
import * as keys from '../../stores/keys.js';
import type { EntityStage } from './entity-stage.js';

/** Beyond all that the partition gives itself here. */
const NUMBER = 9;
/** After whatever a test stores. */
const RECEIVED_AT = Date.UTC(2200, 0);

/** Resolves with its id when it is stored, in the partition of the task's entity. */
export async function storeLetter(stage: EntityStage, task: Task): Promise<string> {
  const { environments, numbers, partitions } = stage.folder;
  const etype = stage.numbers.entityOf(task.etype)!.id;
  const partition = partitionOf(etype, task.eid, partitions);
  const bytes = encodeDeadLetter({
    ...{ reason: 'failed', message: 'test', at: 1, seq: seqOf(1, LANES.external) },
    entry: {
      ...{
        receivedAt: RECEIVED_AT,
        schema: numbers.schema,
        origin: { by: 'api' },
        cause: undefined,
      },
      ...{ depth: 0, budget: 1, tasks: [task] },
    },
  });
  const key = keys.deadLetterKey(partition, NUMBER);
  const { deadLetters: table } = environments.state.tables;
  await environments.state.write(() => ({ puts: [{ table, key, value: bytes }] }));
  return `${partition}.${NUMBER}`;
}
