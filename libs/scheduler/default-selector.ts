import { type corev1, ReplicaSet, ReplicationController, Service, StatefulSet } from '#api';
import { controllerOf, type LabelSelectorSpec } from '#apimachinery';
import type { Informers } from '#client';

const selects = (selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

/** The selector of the ReplicationController, ReplicaSet or StatefulSet that controls a pod. */
function controllerSelector(pod: corev1.Pod, informers: Informers): LabelSelectorSpec | undefined {
  const owner = controllerOf(pod);
  const { namespace } = pod.metadata;
  switch (owner && `${owner.apiVersion}/${owner.kind}`) {
    case 'v1/ReplicationController':
      return { matchLabels: informers.of(ReplicationController).get(owner?.name ?? '', namespace)?.spec?.selector ?? {} };
    case 'apps/v1/ReplicaSet':
      return informers.of(ReplicaSet).get(owner?.name ?? '', namespace)?.spec?.selector;
    case 'apps/v1/StatefulSet':
      return informers.of(StatefulSet).get(owner?.name ?? '', namespace)?.spec?.selector;
    default:
      return undefined;
  }
}

/**
 * What the pods that belong together with a pod have in common: the selectors of its Services and of its controller (helper.DefaultSelector).
 * Undefined if it has neither.
 */
export function defaultSelector(pod: corev1.Pod, informers: Informers): LabelSelectorSpec | undefined {
  const labels = pod.metadata.labels ?? {};
  const matchLabels: Record<string, string> = {};
  for (const { spec } of informers.of(Service).list(pod.metadata.namespace))
    if (spec?.selector && Object.keys(spec.selector).length > 0 && selects(spec.selector, labels))
      Object.assign(matchLabels, spec.selector);
  const own = controllerSelector(pod, informers);
  Object.assign(matchLabels, own?.matchLabels);
  const matchExpressions = own?.matchExpressions ?? [];
  if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) return undefined;
  return { matchLabels, ...(matchExpressions.length > 0 && { matchExpressions: [...matchExpressions] }) };
}
