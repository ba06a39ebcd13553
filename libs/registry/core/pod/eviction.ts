import type { corev1, policyv1 } from '#api';
import { badRequest, bareError, formatTime, invalid, invalidValue, isConflict, type KubeObject, successStatus } from '#apimachinery';
import {
  admissionAttributes,
  admissionContext,
  admissionOptions,
  checkPreconditions,
  type DeleteOptions,
  deleteObject,
  deleteOptionsFromBody,
  getObject,
  listPrefix,
  type RestScope,
  type StorageProvider,
  updateObject,
  type WriteOptions,
} from '#apiserver';
import { budgetSelects, isPodReady, isPodTerminal, setCondition } from '#component-helpers';
import { checkBudget, decremented, stillProcessed } from './eviction-budget.js';
import { withoutAdmission } from './no-admission.js';
import { podSubresources } from './subresources.js';

type Budget = policyv1.PodDisruptionBudget;

/** Attempts of writes that conflict with others (eviction.go EvictionsRetry). */
const ATTEMPTS = 20;
const SEVERAL = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
const BREAKING = 'can not be set for pod eviction, try after removing the option';
const success = { ...successStatus({ code: 201 }), metadata: {} } as unknown as KubeObject;

/** One eviction in progress: its scope skips admission, because only the Eviction itself is admitted. */
interface Evicting {
  scope: RestScope;
  /** The Eviction's delete options, with the dry run of the request. */
  options: DeleteOptions;
}

/** The delete options, which the request's dry run is added to (eviction.go propagateDryRun). */
function deletionOf({ metadata, deleteOptions }: policyv1.Eviction, { dryRun }: WriteOptions): DeleteOptions {
  if (deleteOptions?.ignoreStoreReadErrorWithClusterBreakingPotential === true) {
    const error = invalidValue('deleteOptions.ignoreStoreReadErrorWithClusterBreakingPotential', true, BREAKING);
    throw invalid({ group: 'policy', kind: 'Eviction' }, metadata.name, [error]);
  }
  const own = deleteOptions?.dryRun ?? [];
  if (dryRun && own.length > 0 && own.join() !== 'All')
    throw bareError(`Non-matching dry-run options in request and content: [All] and [${own.join(' ')}]`);
  const options = deleteOptionsFromBody({ ...deleteOptions });
  return { ...options, dryRun: options.dryRun || dryRun };
}

/** Pods that have ended, have not started or are being deleted anyway are not protected by a budget. */
const isUnprotected = (pod: corev1.Pod): boolean =>
  isPodTerminal(pod) || pod.status?.phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined;

/** Whether the pod must not have changed since it was looked at: it may become ready. */
const mayStart = (pod: corev1.Pod): boolean => !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined;

const versionOf = ({ preconditions }: DeleteOptions): string | undefined => preconditions?.resourceVersion;

const unchanged = (options: DeleteOptions, { metadata: { resourceVersion } }: corev1.Pod): DeleteOptions => ({
  ...options,
  preconditions: { ...options.preconditions, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
});

/** Retries on conflicts; the work reads the objects anew each time. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS || !isConflict(error)) throw error;
    }
  }
}

async function podOf(scope: RestScope): Promise<corev1.Pod> {
  return (await getObject(scope)).object as corev1.Pod;
}

/** Sets the DisruptionTarget condition, then deletes the pod (eviction.go addConditionAndDeletePod). */
async function markAndDelete({ scope }: Evicting, options: DeleteOptions): Promise<void> {
  await deleteObject(scope, options.dryRun ? options : await marked(scope, options));
}

/** Marks the pod; returns the options with the version that this made, if they name one. */
async function marked(scope: RestScope, options: DeleteOptions): Promise<DeleteOptions> {
  const target = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' };
  const { revision } = await updateObject(scope, {
    options: { dryRun: false, fieldManager: '', fieldValidation: 'Ignore' },
    view: podSubresources.status,
    transform(standing) {
      const pod = structuredClone(standing) as corev1.Pod;
      checkPreconditions(pod, options.preconditions, scope.resource.group);
      const condition: corev1.PodCondition = { ...target, lastProbeTime: null as unknown as string };
      const conditions = setCondition(pod.status?.conditions, condition, formatTime(scope.cluster.clock.now()));
      return { ...pod, status: { ...pod.status, conditions } } as KubeObject;
    },
  });
  if (versionOf(options) === undefined) return options;
  return { ...options, preconditions: { ...options.preconditions, resourceVersion: String(revision) } };
}

/** Deletes a pod that no budget protects; returns a protected pod instead. */
async function deleteUnprotected(evicting: Evicting): Promise<corev1.Pod | undefined> {
  const { scope, options } = evicting;
  const attempt = async (): Promise<corev1.Pod | undefined> => {
    const pod = await podOf(scope);
    if (!isUnprotected(pod)) return pod;
    const enforced = mayStart(pod) && versionOf(options) === undefined;
    await markAndDelete(evicting, enforced ? unchanged(options, pod) : options);
    return undefined;
  };
  return versionOf(options) === undefined ? retried(attempt) : attempt();
}

/** The budget that selects the pod, if there is one; 500 if there are several. */
async function budgetOf({ cluster, namespace }: RestScope, pod: corev1.Pod): Promise<Budget | undefined> {
  const { items } = await cluster.store.list({
    prefix: listPrefix('policy', 'poddisruptionbudgets', namespace),
    filter: ({ object }) => budgetSelects(object as Budget, pod),
  });
  if (items.length > 1) throw bareError(SEVERAL);
  return items[0]?.object as Budget | undefined;
}

/** Whether a pod may go although the budget allows no disruption: it is not ready, so it is no loss (unhealthyPodEvictionPolicy). */
function isNoLoss(pod: corev1.Pod, { spec, status = {} }: Budget): boolean {
  if (isPodReady(pod)) return false;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status;
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

/** The API server writes the budget in its own name, whatever the user may do. */
const API_SERVER = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };

/** Takes a disruption from the budget, by compare-and-swap on its current status. */
async function takeDisruption(scope: RestScope, { metadata: { name } }: Budget): Promise<void> {
  const storage = scope.cluster.storages.find('policy', 'v1', 'poddisruptionbudgets', 'status');
  const { update } = storage ?? {};
  if (storage === undefined || update === undefined) throw new Error('poddisruptionbudgets/status is not served');
  const own: RestScope = {
    ...scope,
    storage,
    resource: storage.resource,
    name,
    subresource: 'status',
    verb: 'update',
    user: API_SERVER,
    manager: 'kube-apiserver',
  };
  await retried(() =>
    update(own, {
      options: { dryRun: false, fieldManager: '', fieldValidation: 'Ignore' },
      transform: (standing) => decremented(structuredClone(standing) as Budget, scope.name, scope.cluster.clock.now()),
    }),
  );
}

async function deleteProtected(evicting: Evicting, scope: RestScope, pod: corev1.Pod): Promise<void> {
  const { options } = evicting;
  const budget = await budgetOf(scope, pod);
  if (budget === undefined) return markAndDelete(evicting, options);
  if (!isNoLoss(pod, budget)) {
    if (options.dryRun) checkBudget(budget);
    else await takeDisruption(scope, budget);
    return markAndDelete(evicting, options);
  }
  await markAndDelete(evicting, unchanged(options, pod)).catch((error: unknown) => {
    // The pod may have become ready in the meantime: the client is to retry.
    throw isConflict(error) && versionOf(options) === undefined ? stillProcessed(budget.metadata.name) : error;
  });
}

/** Evicts the pod in the scope (pkg/registry/core/pod/storage EvictionREST). Throws StatusError. */
async function evictPod(scope: RestScope, eviction: policyv1.Eviction, options: WriteOptions): Promise<void> {
  const { admission } = scope.cluster;
  const attributes = admissionAttributes(scope, 'CREATE', options.dryRun, { object: eviction, options: admissionOptions(options) });
  await admission.admit(attributes, admissionContext(scope));
  if (eviction.metadata.name !== scope.name) throw badRequest('name in URL does not match name in Eviction object');
  const evicting: Evicting = { scope: withoutAdmission(scope), options: deletionOf(eviction, options) };
  await admission.validate(attributes, admissionContext(scope));
  const pod = await deleteUnprotected(evicting);
  if (pod !== undefined) await deleteProtected(evicting, scope, pod);
}

/** pods/eviction: deletes the pod if its PodDisruptionBudget allows it. */
export const podEviction: StorageProvider = {
  group: '',
  resource: 'pods',
  subresource: 'eviction',
  capabilities: () => ({
    async create(scope, body, options) {
      await evictPod(scope, body as policyv1.Eviction, options);
      return { answer: success };
    },
  }),
};
