import type { corev1 } from '#api';
import { append, fieldPath, getOwn, goQuote, isDNS1123Label, parseQuantity } from '#apimachinery';
import { repeats } from '../../repeats.js';
import { ipWarnings } from '../../rules/ip.js';
import { appArmorWarnings, appliedAppArmorWarnings } from './app-armor.js';
import { containerWarnings, portWarnings } from './container-warnings.js';
import { deprecatedNodeLabel, nodeSelectorTermWarnings } from './node-label-warnings.js';
import { volumeWarnings } from './volume-warnings.js';

type Spec = corev1.PodSpec;
type Annotations = Readonly<Record<string, string>>;

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const NO_SELECTOR = 'a null labelSelector results in matching no pod';

/** Annotations without effect (pkg/api/pod/warnings.go). */
const DEPRECATED: ReadonlyArray<[string, string]> = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
];
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';

function placementWarnings(spec: Spec, at: string): string[] {
  const warnings: string[] = [];
  for (const key of Object.keys(spec.nodeSelector ?? {})) {
    const text = deprecatedNodeLabel(key);
    if (text) warnings.push(`${at}.nodeSelector[${key}]: ${text}`);
  }
  const affinity = spec.affinity?.nodeAffinity;
  for (const [index, term] of (affinity?.[REQUIRED]?.nodeSelectorTerms ?? []).entries()) {
    append(warnings, nodeSelectorTermWarnings(term, false, `${at}.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms[${index}]`));
  }
  for (const [index, { preference }] of (affinity?.[PREFERRED] ?? []).entries()) {
    append(warnings, nodeSelectorTermWarnings(preference, true, `${at}.affinity.nodeAffinity.${PREFERRED}[${index}].preference`));
  }
  for (const [index, { topologyKey, labelSelector }] of (spec.topologySpreadConstraints ?? []).entries()) {
    const where = `${at}.topologySpreadConstraints[${index}]`;
    const text = deprecatedNodeLabel(topologyKey);
    if (text) warnings.push(`${where}.topologyKey: ${topologyKey} is ${text}`);
    if (!labelSelector) warnings.push(`${where}.labelSelector: ${NO_SELECTOR}`);
  }
  return warnings;
}

function duplicates(items: readonly string[], at: (index: number) => string, what: string): string[] {
  return [...repeats(items)].map((index) => `${at(index)}: duplicate ${what} ${goQuote(items[index] ?? '')}`);
}

function fractional(amounts: Readonly<Record<string, string>> | undefined, at: string): string[] {
  return ['memory', 'ephemeral-storage'].flatMap((name) => {
    const text = getOwn(amounts, name);
    if (text === undefined || parseQuantity(text).milliValue() % 1000 === 0) return [];
    return [`${at}[${name}]: fractional byte value ${goQuote(parseQuantity(text).toString())} is invalid, must be an integer`];
  });
}

function listWarnings(spec: Spec, at: string): string[] {
  const aliases = (spec.hostAliases ?? []).map(({ ip = '' }) => ip);
  const secrets = (spec.imagePullSecrets ?? []).map(({ name = '' }) => name);
  return [
    ...duplicates(aliases, (index) => `${at}.hostAliases[${index}].ip`, 'ip'),
    ...duplicates(secrets, (index) => `${at}.imagePullSecrets[${index}].name`, 'name'),
    ...secrets.flatMap((name, index) => (name ? [] : [`${at}.imagePullSecrets[${index}].name: invalid empty name ""`])),
    ...fractional(spec.overhead, `${at}.overhead`),
  ];
}

function podAffinityWarnings(spec: Spec, at: string): string[] {
  return (['podAffinity', 'podAntiAffinity'] as const).flatMap((kind) => {
    const affinity = spec.affinity?.[kind];
    const where = `${at}.affinity.${kind}`;
    return [
      ...(affinity?.[REQUIRED] ?? []).flatMap(({ labelSelector }, index) =>
        labelSelector ? [] : [`${where}.${REQUIRED}[${index}].labelSelector: ${NO_SELECTOR}`],
      ),
      ...(affinity?.[PREFERRED] ?? []).flatMap(({ podAffinityTerm }, index) =>
        podAffinityTerm?.labelSelector ? [] : [`${where}.${PREFERRED}[${index}].podAffinityTerm.labelSelector: ${NO_SELECTOR}`],
      ),
    ];
  });
}

function addressWarnings(spec: Spec, at: string): string[] {
  return [
    ...(spec.dnsConfig?.nameservers ?? []).flatMap((ip, index) => ipWarnings(`${at}.dnsConfig.nameservers[${index}]`, ip)),
    ...(spec.hostAliases ?? []).flatMap(({ ip }, index) => ipWarnings(`${at}.hostAliases[${index}].ip`, ip ?? '')),
  ];
}

/** `prefix`: of every path, '' for a pod, or e.g. `spec.template.`. */
function specWarnings(spec: Spec, annotations: Annotations, prefix: string): string[] {
  const at = `${prefix}spec`;
  const path = fieldPath(...at.split('.'));
  const warnings = placementWarnings(spec, at);
  for (const [key, text] of DEPRECATED) if (key in annotations) warnings.push(`${prefix}metadata.annotations[${key}]: ${text}`);
  if (spec.volumes) append(warnings, volumeWarnings(spec.volumes, at));
  append(warnings, listWarnings(spec, at));
  if (!spec.securityContext?.seccompProfile && SECCOMP_POD in annotations) {
    const text = 'non-functional in v1.27+; use the "seccompProfile" field instead';
    warnings.push(`${prefix}metadata.annotations[${SECCOMP_POD}]: ${text}`);
  }
  append(warnings, containerWarnings(spec, path, annotations, prefix, fractional), portWarnings(spec, path));
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    warnings.push(`${at}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`);
  }
  if (spec.affinity) append(warnings, podAffinityWarnings(spec, at));
  return [...warnings, ...addressWarnings(spec, at)];
}

function nameWarnings(messages: readonly string[], usedIn: string): string[] {
  if (messages.length === 0) return [];
  const text = 'which can result in surprising behavior; a DNS label is recommended';
  return [`metadata.name: this is used in ${usedIn}, ${text}: [${messages.join(' ')}]`];
}

/** Warnings for the creation of a pod (GetWarningsForPod). */
export function podWarnings(pod: corev1.Pod): string[] {
  return [
    ...appliedAppArmorWarnings(pod),
    ...nameWarnings(isDNS1123Label(pod.metadata.name), "the Pod's hostname"),
    ...specWarnings(pod.spec, pod.metadata.annotations ?? {}, ''),
  ];
}

/** Warnings for the pod template at `path` (GetWarningsForPodTemplate). */
export function podTemplateWarnings(template: corev1.PodTemplateSpec | undefined, path: string): string[] {
  if (!template?.spec) return [];
  const annotations = template.metadata?.annotations ?? {};
  return [...specWarnings(template.spec, annotations, `${path}.`), ...appArmorWarnings(template.spec, annotations, `${path}.`)];
}

/** The warning for a workload whose name is not suitable for pod names. */
export function podNameWarnings(name: string): string[] {
  return nameWarnings(isDNS1123Label(name), 'Pod names and hostnames');
}
