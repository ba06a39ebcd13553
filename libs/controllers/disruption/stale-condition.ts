import { type corev1, Pod, PodDisruptionBudget } from '#api';
import { formatTime, keyOf, type ObjectKey } from '#apimachinery';
import { budgetSelects, setCondition } from '#component-helpers';
import { type Change, defineController, type Informers, type ReconcileContext, type Reconciled, watching } from '#controller-runtime';
import { disruptionTargetSince } from './budget-status.js';
import { EVENT_SOURCE } from './controller.js';

/** How long a DisruptionTarget condition may stay on a pod that is not deleted (disruption.go stalePodDisruptionTimeout). */
const STALE_AFTER = 120_000;

/**
 * The part of the disruption controller that handles pods: it resets DisruptionTarget conditions that no deletion followed, and reports pods
 * that several budgets select.
 */
export const staleDisruption = defineController({
  name: 'stale-disruption-controller',
  queue: 'stale_pod_disruption',
  flag: 'disruption-controller',
  eventSource: EVENT_SOURCE,
  for: Pod,
  filter: () => false,
  watches: [watching(Pod, concerned)],
  reads: [PodDisruptionBudget],
  reconcile: syncPod,
});

function budgetsOf(pod: corev1.Pod, informers: Informers): string[] {
  const { namespace } = pod.metadata;
  const budgets = informers.of(PodDisruptionBudget).list(namespace);
  return budgets
    .filter((budget) => budgetSelects(budget, pod))
    .map(({ metadata }) => metadata.name)
    .sort();
}

function concerned({ object, deleted }: Change<corev1.Pod>, informers: Informers): ObjectKey[] {
  const wanted = !deleted && (disruptionTargetSince(object) !== undefined || budgetsOf(object, informers).length > 1);
  return wanted ? [keyOf(object)] : [];
}

async function syncPod(pod: corev1.Pod, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { client, clock, informers, recorder } = ctx;
  const [first, second] = budgetsOf(pod, informers);
  const { name, namespace } = pod.metadata;
  if (first !== undefined && second !== undefined) {
    const message = `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${first}" arbitrarily.`;
    recorder.warning(pod, 'MultiplePodDisruptionBudgets', message);
  }
  const since = disruptionTargetSince(pod);
  if (since === undefined) return undefined;
  const now = clock.now();
  const wait = since + STALE_AFTER - now;
  if (wait > 0) return { requeueAfter: wait };
  const { status } = pod;
  const generation = pod.metadata.generation;
  const reset = { type: 'DisruptionTarget', status: 'False', ...(generation === undefined ? {} : { observedGeneration: generation }) };
  const conditions = setCondition<corev1.PodCondition>(status?.conditions, reset, formatTime(now));
  await client.updateStatus(Pod, { ...pod, status: { ...status, conditions } });
  return undefined;
}
