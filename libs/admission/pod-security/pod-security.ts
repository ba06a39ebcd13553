import type { appsv1, batchv1, corev1 } from '#api';
import { aggregateFieldErrors, deepEqual, type FieldError, internalError, invalid, type KubeObject } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { rejected } from '../rejection.js';
import { podView, type Violation } from './check.js';
import { CONFIGURATION, type Configuration, configurationOf, UNCONFIGURED } from './configuration.js';
import { detailOf, violations } from './evaluate.js';
import { existingPodWarnings } from './existing-pods.js';
import { isStricter, type LevelVersion, MODES, type Policy, policyOf, policyText } from './policy.js';
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

/** The prefix of labels and of the plugin's audit annotations (pod-security-admission/api AuditAnnotationPrefix). */
const PREFIX = 'pod-security.kubernetes.io/';

const samePolicy = (a: LevelVersion, b: LevelVersion): boolean => a.level === b.level && a.version === b.version;

const isEquivalent = (a: LevelVersion, b: LevelVersion): boolean =>
  samePolicy(a, b) || (a.level === 'privileged' && b.level === 'privileged');

/** Warns that what a namespace asks for does not count, if that is anything but the defaults (exemptNamespaceWarning). */
function warnOfExemption({ object, namespace, warn }: AdmissionAttributes, policy: Policy, { defaults }: Configuration): void {
  if (isPrivileged(policy) || MODES.every((mode) => isEquivalent(policy[mode], defaults[mode]))) return;
  const labels = object?.metadata.labels ?? {};
  const asked = MODES.filter((mode) => {
    const named = labels[PREFIX + mode] !== undefined || labels[`${PREFIX}${mode}-version`] !== undefined;
    return named && policy[mode].level !== 'privileged';
  });
  const shown = asked.map((mode) => `${mode}=${policyText(policy[mode])}`).join(', ');
  warn(`namespace "${namespace}" is exempt from Pod Security, and the policy (${shown}) will be ignored`);
}

async function validateNamespace(
  attributes: AdmissionAttributes,
  { reader, work }: AdmissionContext,
  configured: Configuration,
): Promise<void> {
  const { object, oldObject, namespace } = attributes;
  const { defaults, exemptions } = configured;
  const { policy, errors } = policyOf(object?.metadata.labels, defaults);
  const refuse = () => invalid({ group: '', kind: 'Namespace' }, object?.metadata.name ?? attributes.name, errors);
  if (!oldObject) {
    if (errors.length > 0) throw refuse();
    if (exemptions.namespaces.has(namespace)) warnOfExemption(attributes, policy, configured);
    return;
  }
  const old = policyOf(oldObject.metadata.labels, defaults);
  if (errors.length > 0 && !deepEqual(errors, old.errors)) throw refuse();
  const { enforce } = policy;
  const before = old.policy.enforce;
  if (samePolicy(enforce, before) || enforce.level === 'privileged') return;
  if (enforce.version === before.version && !isStricter(enforce.level, before.level)) return;
  if (exemptions.namespaces.has(namespace)) {
    warnOfExemption(attributes, policy, configured);
    return;
  }
  const { runtimeClasses: exemptClasses } = exemptions;
  const pods = await reader.stored<corev1.Pod>('', 'pods', namespace);
  for (const text of await existingPodWarnings({ namespace, enforce, pods, exemptClasses, giveWay: () => work.pause() }))
    attributes.warn(text);
}

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

/** Labels that cannot be read are an annotation of what is evaluated under them. */
function noteErrors({ audit }: AdmissionAttributes, errors: readonly FieldError[]): void {
  if (errors.length > 0) audit?.annotate(`${PREFIX}error`, `Failed to parse policy: ${aggregateFieldErrors(errors)}`);
}

/** Whether the namespace asks for nothing at all (FullyPrivileged). */
const isPrivileged = ({ enforce, audit, warn }: Policy): boolean => [enforce, audit, warn].every(({ level }) => level === 'privileged');

async function validatePod(attributes: AdmissionAttributes, ctx: AdmissionContext, configured: Configuration): Promise<void> {
  const { object, oldObject, operation, namespace } = attributes;
  const found = await ctx.reader.get<corev1.Namespace>('', 'namespaces', '', namespace);
  if (!found) throw internalError(`failed to lookup namespace "${namespace}"`);
  const { policy, errors } = policyOf(found.metadata.labels, configured.defaults);
  noteErrors(attributes, errors);
  if (errors.length === 0 && isPrivileged(policy)) {
    attributes.audit?.annotate(`${PREFIX}enforce-policy`, 'privileged:latest');
    return;
  }
  const pod = object as corev1.Pod;
  if (operation === 'UPDATE' && !significant(pod, oldObject as corev1.Pod)) return;
  if (!isExemptClass(pod, attributes, configured)) await evaluate(attributes, pod, policy, ctx);
}

async function validateController(
  attributes: AdmissionAttributes,
  { template }: Templated,
  { ctx, configured }: { ctx: AdmissionContext; configured: Configuration },
): Promise<void> {
  const found = await ctx.reader.get<corev1.Namespace>('', 'namespaces', '', attributes.namespace);
  const { policy, errors } = policyOf(found?.metadata.labels, configured.defaults);
  noteErrors(attributes, errors);
  if ((policy.warn.level === 'privileged' && policy.audit.level === 'privileged') || !attributes.object) return;
  const pods = template(attributes.object);
  if (pods && !isExemptClass(pods, attributes, configured)) await evaluate(attributes, pods, policy, ctx);
}

/** Whether who asks, or where, is exempt, which the audit log says. */
function isExempt(attributes: AdmissionAttributes, { exemptions }: Configuration): boolean {
  const { namespace, user, audit } = attributes;
  const by = exemptions.namespaces.has(namespace) ? 'namespace' : exemptions.usernames.has(user.name) ? 'user' : undefined;
  if (by !== undefined) audit?.annotate(`${PREFIX}exempt`, by);
  return by !== undefined;
}

function isExemptClass({ spec }: corev1.PodTemplateSpec, { audit }: AdmissionAttributes, { exemptions }: Configuration): boolean {
  const exempt = exemptions.runtimeClasses.has(spec?.runtimeClassName ?? '');
  if (exempt) audit?.annotate(`${PREFIX}exempt`, 'runtimeClass');
  return exempt;
}

function securing(configured: Configuration): AdmissionPlugin {
  return {
    name: 'PodSecurity',
    operations: ['CREATE', 'UPDATE'],
    resources: ['pods', 'pods/ephemeralcontainers', 'pods/resize', 'namespaces', ...TEMPLATED.keys()],
    configuration: CONFIGURATION,
    configured: (given) => securing(configurationOf(given)),
    validate(attributes, ctx) {
      const { group, resource, subresource } = attributes;
      if (group === '' && resource === 'pods') {
        return IGNORED.has(subresource) || isExempt(attributes, configured) ? undefined : validatePod(attributes, ctx, configured);
      }
      if (subresource !== '') return;
      if (group === '' && resource === 'namespaces') return validateNamespace(attributes, ctx, configured);
      const templated = TEMPLATED.get(resource);
      if (templated?.group !== group || isExempt(attributes, configured)) return;
      return validateController(attributes, templated, { ctx, configured });
    },
  };
}

/**
 * Holds pods to the Pod Security Standards that their namespace's labels ask for (plugin/pkg/admission/security/podsecurity,
 * pod-security-admission).
 */
export const podSecurity: AdmissionPlugin = securing(UNCONFIGURED);
