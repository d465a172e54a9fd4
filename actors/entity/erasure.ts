/**
 * An erasure as it is shown: how far it is, and what it took away. It does not say of which entity.
 * Runs on: any.
 */
import {
  type AskedErasure,
  type EndedErasure,
  type EraseCounts,
  type Folder,
  readEraseLedger,
} from '../../stores/internal.js';

/**
 * `asked`: stored; `accepted`: the entity is deleted, and whatever was stored before is known by its numbers; `draining`:
 * what was stored before is applied; `scrubbing`: partitions clear what they have stored.
 */
export type ErasureState = 'asked' | 'accepted' | 'draining' | 'scrubbing' | 'done';

/** Plain. */
export interface Erasure {
  readonly id: string;
  /** Entity type. */
  readonly etype: string;
  readonly state: ErasureState;
  /** Epoch ms. */
  readonly askedAt: number;
  readonly endedAt?: number;
  /** Partitions of the folder, and how many of them have cleared what they have stored. */
  readonly partitions: number;
  readonly scrubbed: number;
  /** When it is done; at least, where a process was killed meanwhile. */
  readonly counts?: EraseCounts;
  /** What keeps it, if something does; it is tried again. */
  readonly fault?: string;
}

/** Those of a folder that no platform works on, oldest first. */
export function restingErasures({ environments, partitions }: Folder): Erasure[] {
  environments.refresh();
  const { ended, accepted, asked } = readEraseLedger(environments.state);
  const how = { scrubbed: 0, partitions, fault: undefined };
  return [
    ...ended.map((one) => endedView(one, partitions)),
    ...accepted.map((one) => openView(one, { ...how, state: 'accepted' })),
    ...asked.map((one) => openView(one, { ...how, state: 'asked' })),
  ];
}

/** One that is not done. */
export function openView(
  { id, name, askedAt }: AskedErasure,
  now: Pick<Erasure, 'state' | 'scrubbed' | 'partitions'> & { readonly fault: string | undefined },
): Erasure {
  const { fault, ...how } = now;
  return {
    id: String(id),
    etype: name,
    askedAt,
    ...how,
    ...(fault === undefined ? {} : { fault }),
  };
}

export function endedView(
  { id, name, askedAt, endedAt, counts }: EndedErasure,
  partitions: number,
): Erasure {
  const done = { state: 'done', partitions, scrubbed: partitions } as const;
  return { id: String(id), etype: name, askedAt, endedAt, ...done, counts };
}
