import type { appsv1, batchv1, corev1 } from '#api';
import { deepEqual, internalError, invalid, type KubeObject } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { rejected } from '../rejection.js';
import { podView, type Violation } from './check.js';
import { detailOf, violations } from './evaluate.js';
import { existingPodWarnings } from './existing-pods.js';
import { isStricter, type LevelVersion, type Policy, policyOf, policyText } from './policy.js';
import { significant } from './significant.js';

type Template = corev1.PodTemplateSpec | undefined;
type Controller =
  | corev1.ReplicationController
  | appsv1.ReplicaSet
  | appsv1.Deployment
  | appsv1.StatefulSet
  | appsv1.DaemonSet
  | batchv1.Job;

interface Templated {
  group: string;
  template(object: KubeObject): Template;
}

const bySpec = (object: KubeObject): Template => (object as Controller).spec?.template;

/** The resources besides pods that have a pod template (admission.go defaultPodSpecResources). */
const TEMPLATED: ReadonlyMap<string, Templated> = new Map([
  ['replicationcontrollers', { group: '', template: bySpec }],
  ['podtemplates', { group: '', template: (object: KubeObject) => (object as corev1.PodTemplate).template }],
  ['replicasets', { group: 'apps', template: bySpec }],
  ['deployments', { group: 'apps', template: bySpec }],
  ['statefulsets', { group: 'apps', template: bySpec }],
  ['daemonsets', { group: 'apps', template: bySpec }],
  ['jobs', { group: 'batch', template: bySpec }],
  ['cronjobs', { group: 'batch', template: (object: KubeObject) => (object as batchv1.CronJob).spec?.jobTemplate.spec?.template }],
]);

/** Subresources of pods that do not change what is checked. */
const IGNORED = new Set(['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status']);

const samePolicy = (a: LevelVersion, b: LevelVersion): boolean => a.level === b.level && a.version === b.version;

async function validateNamespace(attributes: AdmissionAttributes, { reader, work }: AdmissionContext): Promise<void> {
  const { object, oldObject, namespace } = attributes;
  const { policy, errors } = policyOf(object?.metadata.labels);
  const refuse = () => invalid({ group: '', kind: 'Namespace' }, object?.metadata.name ?? attributes.name, errors);
  if (!oldObject) {
    if (errors.length > 0) throw refuse();
    return;
  }
  const old = policyOf(oldObject.metadata.labels);
  if (errors.length > 0 && !deepEqual(errors, old.errors)) throw refuse();
  const { enforce } = policy;
  const before = old.policy.enforce;
  if (samePolicy(enforce, before) || enforce.level === 'privileged') return;
  if (enforce.version === before.version && !isStricter(enforce.level, before.level)) return;
  const pods = await reader.stored<corev1.Pod>('', 'pods', namespace);
  for (const text of await existingPodWarnings({ namespace, enforce, pods, giveWay: () => work.pause() })) attributes.warn(text);
}

/** The prefix of the plugin's audit annotations (pod-security-admission/api AuditAnnotationPrefix). */
const PREFIX = 'pod-security.kubernetes.io/';

const standard = (policy: LevelVersion, found: readonly Violation[]): string => `PodSecurity "${policyText(policy)}": ${detailOf(found)}`;

/** Evaluates a pod, or a template, which is only audited and warned about (EvaluatePod). */
async function evaluate(attributes: AdmissionAttributes, template: corev1.PodTemplateSpec, policy: Policy, { work }: AdmissionContext) {
  const view = podView(template);
  const { enforce, audit, warn } = policy;
  const found = new Map<string, Violation[]>();
  const find = async (lv: LevelVersion) => {
    const known = found.get(policyText(lv)) ?? (await violations(view, lv, () => work.pause()));
    found.set(policyText(lv), known);
    return known;
  };
  const enforced = attributes.resource === 'pods' ? await find(enforce) : [];
  if (attributes.audit) {
    if (attributes.resource === 'pods') attributes.audit.annotate(`${PREFIX}enforce-policy`, policyText(enforce));
    const audited = await find(audit);
    if (audited.length > 0) attributes.audit.annotate(`${PREFIX}audit-violations`, `would violate ${standard(audit, audited)}`);
  }
  if (enforced.length > 0) throw rejected(attributes, `violates ${standard(enforce, enforced)}`);
  const warned = await find(warn);
  if (warned.length > 0) attributes.warn(`would violate ${standard(warn, warned)}`);
}

/** Whether the namespace asks for nothing at all (FullyPrivileged). */
const isPrivileged = ({ enforce, audit, warn }: Policy): boolean => [enforce, audit, warn].every(({ level }) => level === 'privileged');

async function validatePod(attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<void> {
  const { object, oldObject, operation, namespace } = attributes;
  const found = await ctx.reader.get<corev1.Namespace>('', 'namespaces', '', namespace);
  if (!found) throw internalError(`failed to lookup namespace "${namespace}"`);
  const { policy } = policyOf(found.metadata.labels);
  if (isPrivileged(policy)) {
    attributes.audit?.annotate(`${PREFIX}enforce-policy`, 'privileged:latest');
    return;
  }
  const pod = object as corev1.Pod;
  if (operation === 'UPDATE' && !significant(pod, oldObject as corev1.Pod)) return;
  await evaluate(attributes, pod, policy, ctx);
}

async function validateController(attributes: AdmissionAttributes, { template }: Templated, ctx: AdmissionContext): Promise<void> {
  const found = await ctx.reader.get<corev1.Namespace>('', 'namespaces', '', attributes.namespace);
  const { policy } = policyOf(found?.metadata.labels);
  if ((policy.warn.level === 'privileged' && policy.audit.level === 'privileged') || !attributes.object) return;
  const pods = template(attributes.object);
  if (pods) await evaluate(attributes, pods, policy, ctx);
}

/**
 * Holds pods to the Pod Security Standards that their namespace's labels ask for (plugin/pkg/admission/security/podsecurity,
 * pod-security-admission). Nothing is exempt, as without a configuration file.
 */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  operations: ['CREATE', 'UPDATE'],
  resources: ['pods', 'pods/ephemeralcontainers', 'pods/resize', 'namespaces', ...TEMPLATED.keys()],
  validate(attributes, ctx) {
    const { group, resource, subresource } = attributes;
    if (group === '' && resource === 'pods') return IGNORED.has(subresource) ? undefined : validatePod(attributes, ctx);
    if (subresource !== '') return;
    if (group === '' && resource === 'namespaces') return validateNamespace(attributes, ctx);
    const templated = TEMPLATED.get(resource);
    return templated?.group === group ? validateController(attributes, templated, ctx) : undefined;
  },
};
