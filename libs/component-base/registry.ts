import { type Family, familyOf, type MetricSource } from './families.js';
import { COUNTED_CLUSTERS } from './limits.js';
import { type Histogram, type Labels, type Value, Vector } from './vectors.js';

type Metric = Vector<Value> | Vector<Histogram> | MetricSource;

/** What one process of a component counts of a cluster (component-base/metrics legacyregistry). */
export class MetricRegistry {
  private readonly kept = new Map<() => Metric, Metric>();
  private readonly updates = new Set<() => void>();
  private process: string | undefined;
  /** Changes when the counters begin anew: what was got before is not shown any more. */
  generation = 0;

  /** The metric that `make` makes: the same one as long as the process runs. */
  of<M extends Metric>(make: () => M): M {
    const known = this.kept.get(make);
    if (known !== undefined) return known as M;
    const made = make();
    this.kept.set(make, made);
    return made;
  }

  /** Adds one. */
  count(make: () => Vector<Value>, labels: Labels): void {
    this.of(make).of(labels).value += 1;
  }

  /** Calls `update`, which sets gauges, before each look. After the returned function they stay as they are. */
  onLook(update: () => void): () => void {
    this.updates.add(update);
    return () => {
      if (this.updates.has(update)) update();
      this.updates.delete(update);
    };
  }

  /** The process that counts from now on: a new one begins with nothing. */
  runAs(process: string): void {
    if (this.process === process) return;
    if (this.process !== undefined) {
      this.kept.clear();
      this.generation += 1;
    }
    this.process = process;
  }

  families(): Family[] {
    for (const update of this.updates) update();
    return [...this.kept.values()].flatMap((metric) => (metric instanceof Vector ? [familyOf(metric)] : metric.families()));
  }
}

/** The counters of all components of the clusters of this process. They outlast the caches of a cluster, which can be made again. */
export class ClusterRegistries {
  private readonly clusters = new Map<string, Map<string, MetricRegistry>>();

  of(cluster: string, component: string): MetricRegistry {
    const components = this.clusters.get(cluster) ?? new Map<string, MetricRegistry>();
    this.clusters.delete(cluster);
    this.clusters.set(cluster, components);
    for (const oldest of this.clusters.keys()) {
      if (this.clusters.size <= COUNTED_CLUSTERS) break;
      this.clusters.delete(oldest);
    }
    const known = components.get(component) ?? new MetricRegistry();
    components.set(component, known);
    return known;
  }

  /** What is counted here of a component; undefined if that is nothing. */
  families(cluster: string, component: string): Family[] | undefined {
    return this.clusters.get(cluster)?.get(component)?.families();
  }

  forget(cluster: string): void {
    this.clusters.delete(cluster);
  }
}
