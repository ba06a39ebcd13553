import type { corev1, schedulingv1 } from '#api';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { podOf } from './pod-attributes.js';
import { rejected } from './rejection.js';

type PriorityClass = schedulingv1.PriorityClass;

/** The class of pods that name none: the lowest of several defaults (getDefaultPriorityClass). */
function defaultClass(classes: readonly PriorityClass[]): PriorityClass | undefined {
  const defaults = classes.filter(({ globalDefault }) => globalDefault);
  return defaults.sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
}

const classes = ({ reader }: AdmissionContext): Promise<PriorityClass[]> =>
  reader.list<PriorityClass>('scheduling.k8s.io', 'priorityclasses');

async function classOf(
  attributes: AdmissionAttributes,
  name: string | undefined,
  ctx: AdmissionContext,
): Promise<PriorityClass | undefined> {
  if (!name) return defaultClass(await classes(ctx));
  const found = await ctx.reader.get<PriorityClass>('scheduling.k8s.io', 'priorityclasses', '', name);
  if (!found) throw rejected(attributes, `no PriorityClass with name ${name} was found`);
  return found;
}

async function admitPod(attributes: AdmissionAttributes, pod: corev1.Pod, ctx: AdmissionContext): Promise<void> {
  const { spec } = pod;
  const found = await classOf(attributes, spec.priorityClassName, ctx);
  const priority = found?.value ?? 0;
  const policy = found ? found.preemptionPolicy : 'PreemptLowerPriority';
  if (spec.priority !== undefined && spec.priority !== priority) {
    const reason = `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`;
    throw rejected(attributes, reason);
  }
  if (policy !== undefined && spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    const reason = `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`;
    throw rejected(attributes, reason);
  }
  if (found) spec.priorityClassName = found.metadata.name;
  spec.priority = priority;
  if (policy !== undefined) spec.preemptionPolicy = policy;
}

/** Priority and preemption policy cannot be removed (an update without them keeps them). */
function keep(pod: corev1.Pod, old: corev1.Pod): void {
  if (pod.spec.priority === undefined && old.spec.priority !== undefined) pod.spec.priority = old.spec.priority;
  if (pod.spec.preemptionPolicy === undefined && old.spec.preemptionPolicy !== undefined)
    pod.spec.preemptionPolicy = old.spec.preemptionPolicy;
}

async function validateClass(attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<void> {
  const standing = defaultClass(await classes(ctx));
  if (!standing) return;
  if (attributes.operation === 'UPDATE' && standing.metadata.name === attributes.object?.metadata.name) return;
  throw rejected(attributes, `PriorityClass ${standing.metadata.name} is already marked as default. Only one default can exist`);
}

/** Pods get the priority of their class; one class may be the default (plugin/pkg/admission/priority). */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  operations: ['CREATE', 'UPDATE'],
  resources: ['pods', 'priorityclasses.scheduling.k8s.io'],
  admit(attributes, ctx) {
    const pod = podOf(attributes);
    if (!pod) return;
    if (attributes.operation === 'CREATE') return admitPod(attributes, pod, ctx);
    keep(pod, attributes.oldObject as corev1.Pod);
  },
  validate(attributes, ctx) {
    const { group, resource, subresource, object } = attributes;
    const ours = resource === 'priorityclasses' && group === 'scheduling.k8s.io' && subresource === '';
    return ours && (object as PriorityClass).globalDefault ? validateClass(attributes, ctx) : undefined;
  },
};
