import type { corev1 } from '#api';
import {
  aggregateFieldErrors,
  badRequest,
  bareError,
  conflict,
  type FieldError,
  formatTime,
  type KubeObject,
  notSupported,
  required,
  successStatus,
} from '#apimachinery';
import {
  admissionAttributes,
  admissionContext,
  admissionOptions,
  type RestScope,
  type StorageProvider,
  type SubresourceStrategy,
  updateObject,
  type WriteOptions,
} from '#apiserver';
import { withoutAdmission } from './no-admission.js';

interface Condition {
  type: string;
  status: string;
  lastProbeTime?: string | null;
  lastTransitionTime?: string | null;
}

interface BindablePod extends KubeObject {
  spec: { nodeName?: string; schedulingGates?: unknown[] };
  status?: { conditions?: Condition[]; nominatedNodeName?: string };
}

/** A binding is neither reset nor validated by the strategy: only the node and the condition change. */
const asBound: SubresourceStrategy = { prepareForUpdate() {} };

function validateBinding({ target }: corev1.Binding): FieldError[] {
  const errors: FieldError[] = [];
  if (target?.kind && target.kind !== 'Node') errors.push(notSupported('target.kind', target.kind, ['Node', '<empty>']));
  if (!target?.name) errors.push(required('target.name'));
  return errors;
}

function refusal(pod: BindablePod): string | undefined {
  const { name, deletionTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined) return `pod ${name} is being deleted, cannot be assigned to a host`;
  if (pod.spec.nodeName) return `pod ${name} is already assigned to node "${pod.spec.nodeName}"`;
  return (pod.spec.schedulingGates ?? []).length > 0 ? `pod ${name} has non-empty .spec.schedulingGates` : undefined;
}

/** Sets the PodScheduled condition to True and keeps its position (pkg/api/v1/pod UpdatePodCondition). */
function scheduled(conditions: readonly Condition[], now: string): Condition[] {
  const made: Condition = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now };
  const index = conditions.findIndex((condition) => condition.type === 'PodScheduled');
  if (index < 0) return [...conditions, made];
  return conditions.map((condition, at) => (at === index ? made : condition));
}

function bound(pod: BindablePod, binding: corev1.Binding, now: string): KubeObject {
  const { annotations, labels } = binding.metadata;
  const { nominatedNodeName: _cleared, ...status } = pod.status ?? {};
  const metadata = { ...pod.metadata };
  if (annotations && Object.keys(annotations).length > 0) metadata.annotations = { ...metadata.annotations, ...annotations };
  if (labels && Object.keys(labels).length > 0) metadata.labels = { ...metadata.labels, ...labels };
  return {
    ...pod,
    metadata,
    spec: { ...pod.spec, nodeName: binding.target?.name ?? '' },
    status: { ...status, conditions: scheduled(pod.status?.conditions ?? [], now) },
  } as KubeObject;
}

/** Binds the pod in the scope (pkg/registry/core/pod/storage BindingREST). Throws StatusError. */
export async function bindPod(scope: RestScope, binding: corev1.Binding, options: WriteOptions): Promise<KubeObject> {
  const { cluster } = scope;
  if (binding.metadata.name !== scope.name) throw badRequest('name in URL does not match name in Binding object');
  const errors = validateBinding(binding);
  if (errors.length > 0) throw bareError(aggregateFieldErrors(errors));
  const attributes = admissionAttributes(scope, 'CREATE', options.dryRun, { object: binding, options: admissionOptions(options) });
  await cluster.admission.admit(attributes, admissionContext(scope));
  await cluster.admission.validate(attributes, admissionContext(scope));
  const now = formatTime(cluster.clock.now());
  await updateObject(withoutAdmission(scope), {
    options,
    view: asBound,
    ...(binding.metadata.uid ? { uid: binding.metadata.uid } : {}),
    transform: (standing) => {
      const pod = standing as BindablePod;
      checkVersion(scope, binding, pod);
      const text = refusal(pod);
      if (text !== undefined) throw conflict({ group: '', resource: 'pods/binding' }, scope.name, text);
      return bound(pod, binding, now);
    },
  });
  return { ...successStatus({ code: 201 }), metadata: {} } as unknown as KubeObject;
}

function checkVersion(scope: RestScope, binding: corev1.Binding, pod: BindablePod): void {
  const wanted = binding.metadata.resourceVersion;
  if (!wanted || wanted === pod.metadata.resourceVersion) return;
  const detail = `Precondition failed: ResourceVersion in precondition: ${wanted}, ResourceVersion in object meta: ${pod.metadata.resourceVersion}`;
  const key = `/registry/pods/${scope.namespace}/${scope.name}`;
  throw conflict(
    scope.resource.groupResource,
    scope.name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${detail}`,
  );
}

/** pods/binding: assigns the pod to a node. */
export const podBinding: StorageProvider = {
  group: '',
  resource: 'pods',
  subresource: 'binding',
  capabilities: () => ({
    create: async (scope, object, options) => ({ answer: await bindPod(scope, object as corev1.Binding, options) }),
  }),
};
