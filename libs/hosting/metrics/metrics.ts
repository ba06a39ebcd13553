import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { histograms, metricText, values } from '#component-base';

/** Seconds; requests served from the cache are at the lower end. */
const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The process's Prometheus metrics. Names follow kube-apiserver's and controller-runtime's where there is a counterpart.
 * No label carries a cluster, a namespace, a name or anything else that a tenant chooses: the number of series is bounded.
 */
export interface Metrics {
  readonly contentType: string;
  /** The text in Prometheus's exposition format. */
  text(): Promise<string>;
  /** One request answered. `group` is one of the built-in API groups or `other`. */
  request(verb: string, group: string, code: number, seconds: number): void;
  watchOpened(group: string): void;
  watchClosed(group: string): void;
  /** One turn of a component ended. */
  turn(component: string, outcome: 'done' | 'more' | 'fenced' | 'error' | 'parked', seconds?: number): void;
  /** One transaction of the object store: the number of operations, and its duration. */
  storeBatch(operations: number, seconds: number): void;
  openClusters(count: number): void;
  /** Called when metrics are scraped: jobs waiting for a worker. */
  queueDepth(read: () => Promise<Record<string, number>>): void;
}

/** Creates the metrics of one process. */
export function createMetrics(processName: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ process: processName });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 });
  const { text: requestText, ...requests } = requestMetrics(registry, processName);
  return {
    contentType: registry.contentType,
    text: async () => (await registry.metrics()) + requestText(),
    ...requests,
    ...turnMetrics(registry),
    ...storeMetrics(registry),
    ...queueMetrics(registry),
  };
}

type RequestMetrics = Pick<Metrics, 'request' | 'watchOpened' | 'watchClosed'> & { text(): string };

/** What every request counts, where the library would look up its labels each time. */
function requestMetrics(registry: Registry, processName: string): RequestMetrics {
  const requests = values('apiserver_request_total', 'Requests answered, by verb, API group and status code');
  const latency = histograms(
    'apiserver_request_duration_seconds',
    'Time from the request to the end of its answer; watches are not counted',
    latencyBuckets,
  );
  const watches = new Gauge({
    name: 'apiserver_longrunning_requests',
    help: 'Open watches',
    labelNames: ['group'],
    registers: [registry],
  });
  const labels = { process: processName };
  const counted = (verb: string, group: string, code: number) => ({
    count: requests.of({ verb, group, code: String(code), ...labels }),
    time: verb === 'WATCH' ? undefined : latency.of({ verb, group, ...labels }),
  });
  const known = new Map<string, ReturnType<typeof counted>>();
  return {
    request(verb, group, code, seconds) {
      const key = `${verb} ${group} ${code}`;
      let found = known.get(key);
      if (!found) {
        found = counted(verb, group, code);
        known.set(key, found);
      }
      found.count.value += 1;
      found.time?.observe(seconds);
    },
    text: () => metricText(requests) + metricText(latency),
    watchOpened: (group) => watches.inc({ group }),
    watchClosed: (group) => watches.dec({ group }),
  };
}

function turnMetrics(registry: Registry): Pick<Metrics, 'turn'> {
  const registers = [registry];
  const turns = new Counter({
    name: 'orrery_turns_total',
    help: 'Turns of components, by outcome',
    labelNames: ['component', 'outcome'],
    registers,
  });
  const turnTime = new Histogram({
    name: 'orrery_turn_duration_seconds',
    help: 'Length of a turn',
    labelNames: ['component'],
    buckets: latencyBuckets,
    registers,
  });
  return {
    turn(component, outcome, seconds) {
      turns.inc({ component, outcome });
      if (seconds !== undefined) turnTime.observe({ component }, seconds);
    },
  };
}

function storeMetrics(registry: Registry): Pick<Metrics, 'storeBatch' | 'openClusters'> {
  const registers = [registry];
  const batches = new Histogram({
    name: 'orrery_store_batch_operations',
    help: 'Operations in one transaction of the object store',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
    registers,
  });
  const batchTime = new Histogram({
    name: 'orrery_store_batch_duration_seconds',
    help: 'Time of one transaction of the object store',
    buckets: latencyBuckets,
    registers,
  });
  const open = new Gauge({ name: 'orrery_open_clusters', help: 'Clusters this process holds in memory', registers });
  return {
    storeBatch(operations, seconds) {
      batches.observe(operations);
      batchTime.observe(seconds);
    },
    openClusters: (count) => open.set(count),
  };
}

function queueMetrics(registry: Registry): Pick<Metrics, 'queueDepth'> {
  return {
    queueDepth(read) {
      new Gauge({
        name: 'orrery_queue_jobs',
        help: 'Jobs of the work queue, by state',
        labelNames: ['state'],
        registers: [registry],
        async collect() {
          for (const [state, count] of Object.entries(await read())) this.set({ state }, count);
        },
      });
    },
  };
}
