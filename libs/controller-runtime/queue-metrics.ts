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

/** What is counted of one work queue. Kept small: a cluster has many queues. */
export class QueueCounts {
  adds = 0;
  retries = 0;
  depth = 0;
  readonly waited = new Histogram(BOUNDS);
  readonly worked = new Histogram(BOUNDS);
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
    this.waited.observe((now - (this.since?.get(key) ?? now)) / 1000);
    this.since?.delete(key);
    if (this.since?.size === 0) this.since = undefined;
  }

  done(started: number, now: number): void {
    this.worked.observe((now - started) / 1000);
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
    ({ waited }) => ({ histogram: waited }),
  ],
  ['workqueue_retries_total', 'counter', '[BETA] Total number of retries handled by workqueue', ({ retries }) => ({ value: retries })],
  [
    'workqueue_work_duration_seconds',
    'histogram',
    '[BETA] How long in seconds processing an item from workqueue takes.',
    ({ worked }) => ({ histogram: worked }),
  ],
];

/** The counts of the work queues of a component, by controller. */
export class QueueMetrics implements MetricSource {
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
export function countsOf({ name, queue }: { name: string; queue?: string }, metrics: MetricRegistry): (() => QueueCounts) | undefined {
  if (queue === undefined) return undefined;
  let counts: QueueCounts | undefined;
  let generation = -1;
  return () => {
    if (counts !== undefined && generation === metrics.generation) return counts;
    const isOpened = counts === undefined;
    generation = metrics.generation;
    counts = metrics.of(queueMetrics).of(name, queue);
    if (isOpened) counts.opened();
    return counts;
  };
}
