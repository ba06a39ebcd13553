import type { Clock, Instant } from '#apimachinery';
import { exponentialBounds, histograms, type MetricRegistry, values } from '#component-base';
import type { PostFiltered } from './framework.js';
import type { Profile } from './profile.js';
import type { Waiting } from './queue.js';

/** What kube-scheduler counts (pkg/scheduler/metrics). */

const MILLISECONDS = exponentialBounds(0.001, 2, 15);

const scheduleAttempts = () =>
  values(
    'scheduler_schedule_attempts_total',
    "[STABLE] Number of attempts to schedule pods, by the result. 'unschedulable' means a pod could not be scheduled, while 'error' means an internal scheduler problem.",
  );
const attemptDuration = () =>
  histograms(
    'scheduler_scheduling_attempt_duration_seconds',
    '[STABLE] Scheduling attempt latency in seconds (scheduling algorithm + binding)',
    MILLISECONDS,
  );
const podAttempts = () =>
  histograms(
    'scheduler_pod_scheduling_attempts',
    '[STABLE] Number of attempts to successfully schedule a pod.',
    exponentialBounds(1, 2, 5),
  );
const podDuration = () =>
  histograms(
    'scheduler_pod_scheduling_sli_duration_seconds',
    '[BETA] E2e latency for a pod being scheduled, from the time the pod enters the scheduling queue and might involve multiple scheduling attempts.',
    exponentialBounds(0.01, 2, 20),
  );
const preemptionAttempts = () =>
  values('scheduler_preemption_attempts_total', '[STABLE] Total preemption attempts in the cluster till now');
const preemptionVictims = () =>
  histograms('scheduler_preemption_victims', '[STABLE] Number of selected preemption victims', exponentialBounds(1, 2, 7));
const incoming = () =>
  values('scheduler_queue_incoming_pods_total', '[STABLE] Number of pods added to scheduling queues by event and queue type.');
const pending = () =>
  values(
    'scheduler_pending_pods',
    "[STABLE] Number of pending pods, by the queue type. 'active' means number of pods in activeQ; 'backoff' means number of pods in backoffQ; 'unschedulable' means number of pods in unschedulablePods that the scheduler attempted to schedule and failed; 'gated' is the number of unschedulable pods that the scheduler never attempted to schedule because they are gated.",
    'gauge',
  );
const unschedulable = () =>
  values(
    'scheduler_unschedulable_pods',
    '[BETA] The number of unschedulable pods broken down by plugin name. A pod will increment the gauge for all plugins that caused it to not schedule and so this metric have meaning only when broken down by plugin.',
    'gauge',
  );
const cacheSize = () =>
  values('scheduler_cache_size', '[ALPHA] Number of nodes, pods, and assumed (bound) pods in the scheduler cache.', 'gauge');

/** The places in which a pod waits, as the metrics name them. */
export type QueueName = 'active' | 'backoff' | 'unschedulable' | 'gated';

/** How many pods wait, as of now. */
export interface WaitingCounts {
  readonly places: Readonly<Record<QueueName, number>>;
  /** By the plugins that have rejected them, and their scheduler. */
  readonly rejected: ReadonlyArray<{ readonly plugin: string; readonly profile: string; readonly pods: number }>;
}

/** An attempt to schedule a pod. */
export interface Attempt {
  readonly waiting: Waiting;
  readonly profile: Pick<Profile, 'schedulerName' | 'at'>;
  /** When it was begun. */
  readonly tried: Instant;
}

/** Upstream tells attempts one by one up to 15 (metrics.go getAttemptsLabel). */
const attemptsLabel = (attempts: number): string => (attempts >= 16 ? '16+' : String(attempts));

/** Counts what the scheduler does. */
export class SchedulerMetrics {
  constructor(
    private readonly registry: MetricRegistry,
    private readonly clock: Clock,
  ) {}

  attempted(result: 'scheduled' | 'unschedulable' | 'error', { profile, tried }: Attempt): void {
    const labels = { result, profile: profile.schedulerName };
    this.registry.count(scheduleAttempts, labels);
    this.registry
      .of(attemptDuration)
      .of(labels)
      .observe((this.clock.now() - tried) / 1000);
  }

  /** A pod has a node. */
  scheduled(attempt: Attempt): void {
    const { attempts, firstTried = attempt.tried } = attempt.waiting;
    this.attempted('scheduled', attempt);
    this.registry.of(podAttempts).of({}).observe(attempts);
    this.registry
      .of(podDuration)
      .of({ attempts: attemptsLabel(attempts) })
      .observe((this.clock.now() - firstTried) / 1000);
  }

  entered(queue: QueueName, event: string): void {
    this.registry.count(incoming, { queue, event });
  }

  /** Room was looked for, and perhaps found. */
  preempted(profile: Attempt['profile'], postFiltered: PostFiltered | undefined): void {
    if (!postFiltered || !profile.at('postFilter').some(({ name }) => name === 'DefaultPreemption')) return;
    this.registry.count(preemptionAttempts, {});
    const { candidate } = postFiltered;
    if (candidate) this.registry.of(preemptionVictims).of({}).observe(candidate.victims.length);
  }

  /** Looks at the queue and the cache whenever somebody asks, until the returned function is called. */
  watch(queue: { counts(): WaitingCounts }, cache: { readonly size: Readonly<Record<'nodes' | 'pods', number>> }): () => void {
    const { registry } = this;
    return registry.onLook(() => {
      registry.of(preemptionAttempts).of({});
      for (const make of [podAttempts, preemptionVictims]) registry.of(make).of({});
      const { places, rejected } = queue.counts();
      for (const [place, pods] of Object.entries(places)) registry.of(pending).of({ queue: place }).value = pods;
      for (const { of } of registry.of(unschedulable)) of.value = 0;
      for (const { plugin, profile, pods } of rejected) registry.of(unschedulable).of({ plugin, profile }).value += pods;
      for (const [type, count] of Object.entries(cache.size)) registry.of(cacheSize).of({ type }).value = count;
    });
  }
}
