import {
  exponentialBounds,
  type Family,
  Histogram,
  type Labels,
  type MetricRegistry,
  type MetricSource,
  type Sample,
} from '#component-base';

const BOUNDS = exponentialBounds(1e-8, 10, 10);

/** A histogram of seconds, most of which are 0 on a simulated clock: buckets are made when there are others. */
class Durations {
  private count = 0;
  private longer: Histogram | undefined;

  observe(milliseconds: number): void {
    this.count += 1;
    if (milliseconds <= 0) return;
    this.longer ??= new Histogram(BOUNDS);
    this.longer.observe(milliseconds / 1000);
  }

  get histogram(): NonNullable<Sample['histogram']> {
    const { count, longer } = this;
    const [first = 0, ...others] = longer?.counts ?? BOUNDS.map(() => 0);
    return { bounds: BOUNDS, counts: [first + count - (longer?.count ?? 0), ...others], sum: longer?.sum ?? 0, count };
  }
}

/** What is counted of one work queue. Kept small: a cluster has many queues. */
export class QueueCounts {
  adds = 0;
  retries = 0;
  depth = 0;
  readonly waited = new Durations();
  readonly worked = new Durations();
  /** When each queued key was added; unset while there is none. */
  private since: Map<string, number> | undefined;

  /** A queue begins, with nothing in it. */
  opened(): void {
    this.depth = 0;
    this.since = undefined;
  }

  queued(key: string, now: number): void {
    this.depth += 1;
    this.since ??= new Map();
    this.since.set(key, now);
  }

  taken(key: string, now: number): void {
    // A process that has just begun knows nothing of what was queued before.
    this.depth = Math.max(0, this.depth - 1);
    this.waited.observe(now - (this.since?.get(key) ?? now));
    this.since?.delete(key);
    if (this.since?.size === 0) this.since = undefined;
  }

  done(started: number, now: number): void {
    this.worked.observe(now - started);
  }
}

type Read = (counts: QueueCounts) => Omit<Sample, 'labels'>;

/** Names, types and help of what is told (component-base/metrics/prometheus/workqueue). */
const TOLD: ReadonlyArray<readonly [name: string, type: Family['type'], help: string, read: Read]> = [
  ['workqueue_adds_total', 'counter', '[BETA] Total number of adds handled by workqueue', ({ adds }) => ({ value: adds })],
  ['workqueue_depth', 'gauge', '[BETA] Current depth of workqueue', ({ depth }) => ({ value: depth })],
  [
    'workqueue_queue_duration_seconds',
    'histogram',
    '[BETA] How long in seconds an item stays in workqueue before being requested.',
    ({ waited }) => ({ histogram: waited.histogram }),
  ],
  ['workqueue_retries_total', 'counter', '[BETA] Total number of retries handled by workqueue', ({ retries }) => ({ value: retries })],
  [
    'workqueue_work_duration_seconds',
    'histogram',
    '[BETA] How long in seconds processing an item from workqueue takes.',
    ({ worked }) => ({ histogram: worked.histogram }),
  ],
];

/** The counts of the work queues of a component, by controller. */
class QueueMetrics implements MetricSource {
  private readonly queues = new Map<string, { labels: Labels; counts: QueueCounts }>();

  /** `name`: the queue's in the metrics; several controllers may have queues of the same name. */
  of(controller: string, name: string): QueueCounts {
    const known = this.queues.get(controller);
    if (known !== undefined) return known.counts;
    const counts = new QueueCounts();
    this.queues.set(controller, { labels: { name }, counts });
    return counts;
  }

  families(): Family[] {
    const queues = [...this.queues.values()];
    return TOLD.map(([name, type, help, read]) => ({
      ...{ name, type, help },
      samples: queues.map(({ labels, counts }) => ({ labels, ...read(counts) })),
    }));
  }
}

/** The work queues of a component in its registry. */
const queueMetrics = (): QueueMetrics => new QueueMetrics();

/** The counts of a controller's queue, which begin anew with the process. */
export class QueueCounter {
  private known: QueueCounts | undefined;
  private generation = 0;

  constructor(
    private readonly metrics: MetricRegistry,
    private readonly controller: { readonly name: string; readonly queue?: string },
  ) {}

  get counts(): QueueCounts {
    const { known, metrics, controller } = this;
    if (known !== undefined && this.generation === metrics.generation) return known;
    const counts = metrics.of(queueMetrics).of(controller.name, controller.queue ?? '');
    // What was counted before the cluster's caches were made again goes on, without what was queued.
    if (known === undefined) counts.opened();
    this.known = counts;
    this.generation = metrics.generation;
    return counts;
  }
}
