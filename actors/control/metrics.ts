/**
 * How the platform does, in the text format of Prometheus. Counted where things happen and collected when somebody asks,
 * so that a running platform pays nothing for it. The one door of prom-client.
 * Runs on: main.
 *
 *   troupe_points_total{outcome}                 what came in by HTTP
 *   troupe_tasks_{appended,applied,derived,denied,given_up}_total, troupe_points_applied_total
 *   troupe_entities_{created,deleted}_total, troupe_hooks_failed_total, troupe_commits_total, …
 *   troupe_thread_deaths_total, troupe_threads_{given_up,renewed}_total, troupe_threads_resting
 *   troupe_lag_tasks{partition}, troupe_outbox_tasks, troupe_disk_full, troupe_dead_letters, troupe_entities{etype}
 *   troupe_hook_{calls,failures,seconds,tasks}_total{hook}
 *   troupe_http_requests_total{method,route,status}, troupe_http_request_seconds
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { EngineStats } from '../entity/entity-engine.js';
import type { PlatformPort } from './platform-port.js';

/** Of the engine: name of the series -> field and what it counts. */
const TOTALS: Readonly<Record<string, readonly [keyof EngineStats, string]>> = {
  troupe_tasks_appended_total: ['tasksAppended', 'Tasks made durable in the log'],
  troupe_tasks_applied_total: ['tasksApplied', 'Tasks whose effects are stored'],
  troupe_tasks_derived_total: ['tasksDerived', 'Tasks that hooks derived'],
  troupe_tasks_denied_total: ['tasksDenied', 'Tasks whose entity a hook did not allow'],
  troupe_tasks_given_up_total: ['deadLetters', 'Tasks that became dead letters'],
  troupe_points_applied_total: ['pointsApplied', 'Data-points whose effects are stored'],
  troupe_entities_created_total: ['entitiesCreated', 'Entities created'],
  troupe_entities_deleted_total: ['entitiesDeleted', 'Entities deleted'],
  troupe_hooks_failed_total: ['hooksFailed', 'Runs of hooks that threw, overran or gave nonsense'],
  troupe_commits_total: ['commits', 'Commits to the state'],
  troupe_partition_restarts_total: ['partitionRestarts', 'Restarts of partitions'],
  troupe_thread_deaths_total: ['threadDeaths', 'Deaths of threads'],
  troupe_threads_given_up_total: ['threadsGivenUp', 'Threads that died too often, and rested'],
  troupe_threads_renewed_total: ['threadsRenewed', 'Threads replaced on purpose'],
};

const HOOK_METRICS = /^(.*)\/(executions|failures|duration_ns|created_tasks)$/;

export class Metrics {
  readonly contentType: string;
  readonly #registry = new Registry();
  readonly #platform: PlatformPort;
  readonly #points: Counter<'outcome'>;
  readonly #requests: Counter<'method' | 'route' | 'status'>;
  readonly #seconds: Histogram<'route'>;
  #isWatching = false;

  constructor(platform: PlatformPort) {
    this.#platform = platform;
    this.contentType = this.#registry.contentType;
    const registers = [this.#registry];
    this.#points = new Counter({
      name: 'troupe_points_total',
      help: 'Data-points that came by HTTP, accepted or rejected',
      labelNames: ['outcome'],
      registers,
    });
    this.#requests = new Counter({
      name: 'troupe_http_requests_total',
      help: 'Requests answered',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'troupe_http_request_seconds',
      help: 'Time from the head of a request to the end of its answer',
      labelNames: ['route'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    });
  }

  /** A request was answered; `route` is its pattern, never what the client sent. */
  request(method: string, route: string, outcome: { status: number; seconds: number }): void {
    this.#requests.inc({ method, route, status: String(outcome.status) });
    this.#seconds.observe({ route }, outcome.seconds);
  }

  points(accepted: number, rejected: number): void {
    if (accepted > 0) this.#points.inc({ outcome: 'accepted' }, accepted);
    if (rejected > 0) this.#points.inc({ outcome: 'rejected' }, rejected);
  }

  /** Everything as text, read off the platform now. */
  async text(): Promise<string> {
    // Node's own are watched from the first time somebody asks: watching costs something.
    if (!this.#isWatching) collectDefaultMetrics({ register: this.#registry });
    this.#isWatching = true;
    const { engine, hooks } = await this.#platform.stats();
    const now = new Registry();
    for (const [name, [field, help]] of Object.entries(TOTALS)) {
      total(now, name, help).inc(engine[field] as number);
    }
    this.#gauges(now, engine);
    hookSeries(now, hooks);
    return `${await this.#registry.metrics()}\n${await now.metrics()}`;
  }

  #gauges(registry: Registry, engine: EngineStats): void {
    const lag = gauge(registry, 'troupe_lag_tasks', 'Tasks stored, not applied yet', ['partition']);
    engine.lags.forEach((tasks, partition) => {
      lag.set({ partition: String(partition) }, tasks);
    });
    gauge(registry, 'troupe_outbox_tasks', 'Derived tasks on their way').set(engine.outbox);
    const resting = gauge(registry, 'troupe_threads_resting', 'Threads given up for a while');
    resting.set(engine.threadsResting);
    const full = gauge(registry, 'troupe_disk_full', '1 while the disk takes nothing');
    full.set(engine.diskFull);
    const letters = gauge(registry, 'troupe_dead_letters', 'Dead letters stored');
    letters.set(engine.deadLettersStored);
    const entities = gauge(registry, 'troupe_entities', 'Entities stored', ['etype']);
    for (const entity of this.#platform.model.list) {
      entities.set({ etype: entity.id }, this.#platform.reader.count(entity));
    }
  }
}

/** Counters of hooks have slashes and brackets in their names: they become a label. */
function hookSeries(registry: Registry, hooks: Readonly<Record<string, number>>): void {
  const labelNames = ['hook'];
  const series = {
    executions: total(registry, 'troupe_hook_calls_total', 'Runs of a hook', labelNames),
    failures: total(registry, 'troupe_hook_failures_total', 'Failed runs of a hook', labelNames),
    duration_ns: total(registry, 'troupe_hook_seconds_total', 'Time in a hook', labelNames),
    created_tasks: total(registry, 'troupe_hook_tasks_total', 'Tasks of a hook', labelNames),
  };
  for (const [path, value] of Object.entries(hooks)) {
    const [, hook, metric] = HOOK_METRICS.exec(path) ?? [];
    if (hook === undefined || metric === undefined) continue;
    const inUnit = metric === 'duration_ns' ? value / 1e9 : value;
    series[metric as keyof typeof series].inc({ hook }, inUnit);
  }
}

function total(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[] = [],
): Counter {
  return new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });
}

function gauge(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[] = [],
): Gauge {
  return new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
}
