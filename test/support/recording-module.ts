/**
 * A module in DP³'s class style that registers every hook of this version and writes down what is called: a line of JSON
 * a call, in the file its configuration names. What it derives, and whom it denies, follows from the data it is given.
 * Runs on: thread.
 */
import { appendFileSync } from 'node:fs';
import type { HookContext, HookPoint, HookTask, TaskInput } from '../../actors/entity/hook.js';
import { BaseModule, type ModulePlatform } from '../../actors/module/module.js';
import type { Registrar } from '../../actors/module/registrar.js';
import type { EntityId } from '../../stores/index.js';

interface Config {
  readonly journal: string;
  readonly mark?: string;
}

export class RecordingModule extends BaseModule<Config> {
  #journal = '';
  #mark = '';

  constructor(platform: ModulePlatform, config: Config, registrar: Registrar) {
    super(platform, config, registrar);
    registrar.registerTaskHook('on_task_start', this.onTask);
    registrar.registerAllowEntityCreationHook(this.mayBegin, 'host');
    registrar.registerEntityHook('allow_entity_creation', this.mayBeginToo, 'host');
    registrar.registerOnEntityCreationHook(this.onCreation, 'host', {
      refresh: this.refresh,
      mayChange: ['mark'],
    });
    registrar.registerEntityHook('on_entity_creation', this.onCreationToo, 'host');
    registrar.registerOnNewAttrHook(this.onPlain, 'host', 'name');
    registrar.registerOnNewAttrHook(this.onSeen, 'host', 'seen');
    registrar.registerOnNewAttrHook(this.onSeries, 'host', 'load');
    registrar.registerAttrHook('on_new_plain', this.onPlainToo, 'host', 'name');
    registrar.registerOnEntityDeleteHook(this.onDeletion, 'host');
  }

  override loadConfig(_: ModulePlatform, { journal, mark = '' }: Config): void {
    this.#journal = journal;
    this.#mark = mark;
    this.#note('loadConfig', mark);
  }

  override start(): void {
    this.#note('start');
  }

  override stop(): void {
    this.#note('stop');
  }

  onTask(task: HookTask): void {
    this.#note('onTask', task.etype, task.eid, task.isDelete);
  }

  mayBegin(eid: EntityId): boolean {
    this.#note('mayBegin', eid);
    if (eid === 'faulty') throw new Error('cannot tell');
    return eid !== 'denied';
  }

  mayBeginToo(eid: EntityId): boolean {
    this.#note('mayBeginToo', eid);
    return eid !== 'denied-late';
  }

  onCreation(eid: EntityId, task: HookTask, { record }: HookContext): TaskInput[] {
    this.#note('onCreation', eid, task.isRefresh, task.isRefresh || record === undefined);
    return [{ etype: 'host', eid, dataPoints: [{ attr: 'mark', v: this.#mark }] }];
  }

  onCreationToo(eid: EntityId): TaskInput[] {
    this.#note('onCreationToo', eid);
    return [{ etype: 'net', eid: 'all', dataPoints: [{ attr: 'last', v: String(eid) }] }];
  }

  async onPlain(
    eid: EntityId,
    point: HookPoint,
    { record }: HookContext,
  ): Promise<TaskInput[] | null> {
    await Promise.resolve();
    this.#note('onPlain', eid, point.v, record?.value('name'));
    if (point.v === 'throws') throw new Error('no such name');
    if (point.v === 'half') {
      const good = { etype: 'host', eid, dataPoints: [{ attr: 'mark', v: 'good half' }] };
      return [
        { etype: 'host', eid, dataPoints: [{ attr: 'mark', v: 7 }] },
        { etype: 'nix', eid },
        good,
      ];
    }
    if (point.v === 'doomed') return [{ etype: 'host', eid, delete: true }];
    return null;
  }

  async onPlainToo(eid: EntityId, point: HookPoint): Promise<void> {
    await Promise.resolve();
    this.#note('onPlainToo', eid, point.v);
  }

  onSeen(eid: EntityId, point: HookPoint): TaskInput[] {
    this.#note('onSeen', eid, point.v, point.t1, point.t2, point.c);
    const { v, t1, t2 } = point;
    return [
      {
        etype: 'net',
        eid: String(v),
        dataPoints: [{ attr: 'busy', v: eid, t1, t2, c: 0.5, src: 'deriver' }],
      },
    ];
  }

  onSeries(eid: EntityId, point: HookPoint): void {
    this.#note('onSeries', eid, point.v);
  }

  onDeletion(eid: EntityId, _: HookTask, { record }: HookContext): TaskInput[] {
    this.#note('onDeletion', eid, record?.value('name'));
    return [{ etype: 'net', eid: 'all', dataPoints: [{ attr: 'last', v: `without ${eid}` }] }];
  }

  #note(...what: readonly unknown[]): void {
    appendFileSync(this.#journal, `${JSON.stringify(what)}\n`);
  }
}
