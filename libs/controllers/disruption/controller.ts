import { type corev1, Deployment, Pod, PodDisruptionBudget, type policyv1, ReplicaSet, ReplicationController, StatefulSet } from '#api';
import { keyOf, type ObjectKey, StatusError } from '#apimachinery';
import { budgetSelects } from '#component-helpers';
import { type Change, defineController, type Informers, type ReconcileContext, type Reconciled, watching } from '#controller-runtime';
import { selectorText } from '../selector-text.js';
import { differs, failedStatus, planBudget } from './budget-status.js';
import { CountError, type Expected, expectedPods } from './expected-pods.js';

type Budget = policyv1.PodDisruptionBudget;

/** The source of the disruption controller's events (disruption.go NewDisruptionControllerInternal). */
export const EVENT_SOURCE = 'controllermanager';

/** Maintains the status of PodDisruptionBudgets: how many of their pods may be evicted (pkg/controller/disruption). */
export const disruption = defineController({
  name: 'disruption-controller',
  queue: 'disruption',
  eventSource: EVENT_SOURCE,
  for: PodDisruptionBudget,
  filter: ({ deleted }) => !deleted,
  watches: [watching(Pod, budgetsOf)],
  reads: [ReplicationController, ReplicaSet, Deployment, StatefulSet],
  reconcile: syncBudget,
});

/** The budgets that a change of a pod concerns; upstream picks one of several, here all of them are kept up to date. */
function budgetsOf({ object, old }: Change<corev1.Pod>, informers: Informers): ObjectKey[] {
  const budgets = informers.of(PodDisruptionBudget).list(object.metadata.namespace);
  const selects = (budget: Budget): boolean => budgetSelects(budget, object) || (old !== undefined && budgetSelects(budget, old));
  return budgets.filter(selects).map(keyOf);
}

async function syncBudget(budget: Budget, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const { informers, clock, recorder } = ctx;
  const pods = informers
    .of(Pod)
    .list(budget.metadata.namespace)
    .filter((pod) => budgetSelects(budget, pod));
  if (pods.length === 0) recorder.normal(budget, 'NoPods', 'No matching pods found');
  const expected = await count(budget, pods, ctx);
  const now = clock.now();
  if (typeof expected === 'string') return writeStatus(budget, failedStatus(budget, expected, now), ctx);
  if (expected.unmanaged.length > 0) recorder.warning(budget, 'UnmanagedPods', unmanagedMessage(budget));
  const { status, notDeleted, recheckAt } = planBudget({ ...expected, budget, pods, now });
  const { namespace } = budget.metadata;
  // Upstream names the namespace twice, not the budget.
  for (const pod of notDeleted)
    recorder.warning(pod, 'NotDeleted', `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`);
  await writeStatus(budget, status, ctx);
  return recheckAt === undefined ? undefined : { requeueAfter: recheckAt - now };
}

/** The number of pods, or why they cannot be counted. */
async function count(budget: Budget, pods: readonly corev1.Pod[], ctx: ReconcileContext): Promise<Expected | string> {
  try {
    return await expectedPods(budget, pods, ctx);
  } catch (error) {
    if (!(error instanceof CountError || error instanceof StatusError)) throw error;
    const { message } = error;
    ctx.recorder.warning(budget, 'CalculateExpectedPodCountFailed', `Failed to calculate the number of expected pods: ${message}`);
    return message;
  }
}

async function writeStatus(budget: Budget, status: policyv1.PodDisruptionBudgetStatus, { client }: ReconcileContext): Promise<undefined> {
  if (differs(budget, status)) await client.updateStatus(PodDisruptionBudget, { ...budget, status });
}

function unmanagedMessage({ spec }: Budget): string {
  return [
    `Pods selected by this PodDisruptionBudget (selector: ${selectorText(spec?.selector)}) were found to be unmanaged.`,
    'As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior.',
    'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.',
  ].join(' ');
}
