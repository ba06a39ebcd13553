import type { corev1 } from '#api';
import { controllerOf } from '#apimachinery';
import { podView } from './check.js';
import { type GiveWay, violations } from './evaluate.js';
import { type LevelVersion, policyText } from './policy.js';

/** A pod that may not have been decoded yet. */
interface StoredPod {
  readonly object: corev1.Pod;
}

export interface PodsCheck {
  namespace: string;
  enforce: LevelVersion;
  pods: readonly StoredPod[];
  /** Pods of these are not checked. */
  exemptClasses: ReadonlySet<string>;
  giveWay: GiveWay;
}

/** Pods that are checked (defaultNamespaceMaxPodsToCheck). */
const MAX_PODS = 3000;
/** Containers after which no further pod is checked: in place of upstream's second, which a machine that is busy would cut short. */
const MAX_CONTAINERS = 100_000;

/** One pod of each controller first, then the others, without those that are exempt (prioritizePods). */
async function prioritized({ pods, exemptClasses, giveWay }: PodsCheck): Promise<corev1.Pod[]> {
  const first: corev1.Pod[] = [];
  const others: corev1.Pod[] = [];
  const controllers = new Set<string>();
  for (const { object } of pods) {
    const uid = controllerOf(object)?.uid;
    if (exemptClasses.has(object.spec.runtimeClassName ?? '')) continue;
    if (uid === undefined || !controllers.has(uid)) first.push(object);
    else others.push(object);
    if (uid !== undefined) controllers.add(uid);
    const pending = giveWay();
    if (pending) await pending;
  }
  for (const pod of others) first.push(pod);
  return first;
}

/** Pods with the same violations: how many, and the first by name. */
interface Group {
  name: string;
  count: number;
}

function groupText(reasons: string, { name, count }: Group): string {
  if (count === 1) return `${name}: ${reasons}`;
  return count === 2 ? `${name} (and 1 other pod): ${reasons}` : `${name} (and ${count - 1} other pods): ${reasons}`;
}

/** Warnings about pods that violate a newly enforced policy (admission.go EvaluatePodsInNamespace). */
export async function existingPodWarnings(check: PodsCheck): Promise<string[]> {
  const { namespace, enforce, giveWay } = check;
  const pods = await prioritized(check);
  const groups = new Map<string, Group>();
  let checked = 0;
  let containers = 0;
  for (const pod of pods) {
    if (checked === MAX_PODS || containers >= MAX_CONTAINERS) break;
    const view = podView(pod);
    const reasons = (await violations(view, enforce, giveWay)).map(({ reason }) => reason).join(', ');
    checked++;
    containers += view.containers.length;
    if (reasons === '') continue;
    const { name } = pod.metadata;
    const group = groups.get(reasons);
    if (!group) {
      groups.set(reasons, { name, count: 1 });
      continue;
    }
    group.count++;
    if (name < group.name) group.name = name;
  }
  const warnings: string[] = [];
  if (checked < pods.length)
    warnings.push(`new PodSecurity enforce level only checked against the first ${checked} of ${pods.length} existing pods`);
  if (groups.size > 0)
    warnings.push(`existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${policyText(enforce)}"`);
  return [...warnings, ...[...groups].map(([reasons, group]) => groupText(reasons, group)).sort()];
}
