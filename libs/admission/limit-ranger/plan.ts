import type { corev1 } from '#api';
import { getOwn, setOwn } from '#apimachinery';
import { aboveMaximum, aboveRatio, belowMinimum, requestAboveMaximum, type Usage } from './constraints.js';
import { podUsage } from './pod-usage.js';

const ANNOTATION = 'kubernetes.io/limit-ranger';

const sortedEntries = (amounts: Readonly<Record<string, string>> = {}): Array<[string, string]> =>
  Object.entries(amounts).sort(([a], [b]) => (a < b ? -1 : 1));

/** Adds missing amounts; returns the names of the added resources. */
function fill(amounts: Record<string, string>, defaults: Readonly<Record<string, string>>): string[] {
  const added = sortedEntries(defaults).filter(([resource]) => getOwn(amounts, resource) === undefined);
  for (const [resource, text] of added) setOwn(amounts, resource, text);
  return added.map(([resource]) => resource);
}

function fillContainer(container: corev1.Container, prefix: string, defaults: Usage): string[] {
  const requests = { ...container.resources?.requests };
  const limits = { ...container.resources?.limits };
  const limited = fill(limits, defaults.limits);
  const requested = fill(requests, defaults.requests);
  if (limited.length === 0 && requested.length === 0) return [];
  container.resources = {
    ...container.resources,
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
    ...(Object.keys(requests).length > 0 ? { requests } : {}),
  };
  const told = (names: string[], what: string) => (names.length > 0 ? [`${names.join(', ')} ${what} for ${prefix} ${container.name}`] : []);
  return [...told(requested, 'request'), ...told(limited, 'limit')];
}

/** Sets a LimitRange's defaults in a pod's containers, in place, and records that in an annotation (PodMutateLimitFunc). */
export function applyDefaults(pod: corev1.Pod, range: corev1.LimitRange): void {
  const ofContainers = (range.spec?.limits ?? []).filter(({ type }) => type === 'Container');
  const defaults: Usage = {
    requests: Object.assign({}, ...ofContainers.map(({ defaultRequest }) => defaultRequest ?? {})),
    limits: Object.assign({}, ...ofContainers.map((limit) => limit.default ?? {})),
  };
  const told = [
    ...(pod.spec.containers ?? []).flatMap((container) => fillContainer(container, 'container', defaults)),
    ...(pod.spec.initContainers ?? []).flatMap((container) => fillContainer(container, 'init container', defaults)),
  ];
  if (told.length === 0) return;
  pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${told.join('; ')}` };
}

function against(limit: corev1.LimitRangeItem, usage: Usage): string[] {
  const { type } = limit;
  return [
    ...sortedEntries(limit.min).map(([resource, value]) => belowMinimum(type, resource, value, usage)),
    ...sortedEntries(limit.max).map(([resource, value]) => aboveMaximum(type, resource, value, usage)),
    ...sortedEntries(limit.maxLimitRequestRatio).map(([resource, value]) => aboveRatio(type, resource, value, usage)),
  ].filter((complaint) => complaint !== undefined);
}

/** The violations of a LimitRange by a pod (PodValidateLimitFunc). */
export function podComplaints(pod: corev1.Pod, range: corev1.LimitRange): string[] {
  const containers = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])];
  return (range.spec?.limits ?? []).flatMap((limit) => {
    if (limit.type === 'Pod') return against(limit, podUsage(pod));
    if (limit.type !== 'Container') return [];
    return containers.flatMap(({ resources }) => against(limit, { requests: resources?.requests ?? {}, limits: resources?.limits ?? {} }));
  });
}

/** The violations of a LimitRange by a claim (PersistentVolumeClaimValidateLimitFunc). */
export function claimComplaints(claim: corev1.PersistentVolumeClaim, range: corev1.LimitRange): string[] {
  const requests = claim.spec?.resources?.requests ?? {};
  return (range.spec?.limits ?? [])
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap(({ type, min, max }) => [
      ...sortedEntries(min).map(([resource, value]) => belowMinimum(type, resource, value, { requests, limits: {} })),
      ...sortedEntries(max).map(([resource, value]) => requestAboveMaximum(type, resource, value, requests)),
    ])
    .filter((complaint) => complaint !== undefined);
}
