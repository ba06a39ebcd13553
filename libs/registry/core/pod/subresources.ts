import type { corev1 } from '#api';
import { deepEqual } from '#apimachinery';
import type { StrategyContext, SubresourceStrategy } from '#apiserver';
import { ipWarnings } from '../../rules/ip.js';
import { countGeneration, resetMetadataForStatus } from '../../rules/prepare.js';
import { dropDisabledPodFields } from './prepare.js';
import { validateEphemeralContainersUpdate } from './validation/ephemeral.js';
import { validatePodResize } from './validation/resize.js';
import { validatePodStatusUpdate } from './validation/status.js';

type Pod = corev1.Pod;

/** Keeps an observedGeneration when a client that does not know the field omits it (strategy.go preserveOldObservedGeneration). */
function keepObservedGenerations(status: corev1.PodStatus, old: corev1.PodStatus): void {
  status.observedGeneration ||= old.observedGeneration;
  const left = new Map<string, Array<number | undefined>>();
  for (const { type, observedGeneration } of old.conditions ?? []) left.set(type, [...(left.get(type) ?? []), observedGeneration]);
  status.conditions = status.conditions?.map((condition) => {
    const generation = left.get(condition.type)?.shift();
    return !condition.observedGeneration && generation ? { ...condition, observedGeneration: generation } : condition;
  });
}

const status: SubresourceStrategy<Pod> = {
  prepareForUpdate(pod, old) {
    pod.spec = old.spec;
    delete pod.metadata.deletionTimestamp;
    if (old.metadata.deletionTimestamp) pod.metadata.deletionTimestamp = old.metadata.deletionTimestamp;
    // Old kubelets corrupt owner references in a way that breaks garbage collection.
    pod.metadata.ownerReferences = old.metadata.ownerReferences;
    pod.status ??= {};
    pod.status.qosClass ||= old.status?.qosClass;
    keepObservedGenerations(pod.status, old.status ?? {});
  },
  validateUpdate: (pod, old) => validatePodStatusUpdate(pod, old),
  warnings: ({ status }) =>
    (['podIPs', 'hostIPs'] as const).flatMap((list) =>
      (status?.[list] ?? []).flatMap(({ ip }, index) => ipWarnings(`status.${list}[${index}].ip`, ip ?? '')),
    ),
};

const ephemeralcontainers: SubresourceStrategy<Pod> = {
  prepareForUpdate(pod, old) {
    const ephemeral = pod.spec.ephemeralContainers;
    pod.spec = { ...old.spec, ephemeralContainers: ephemeral };
    pod.status = old.status;
    resetMetadataForStatus(pod.metadata, old.metadata);
    dropDisabledPodFields(pod.spec);
    countGeneration(pod, old, !deepEqual(pod.spec, old.spec));
  },
  validateUpdate: (pod, old, _ctx: StrategyContext) => validateEphemeralContainersUpdate(pod, old),
};

/**
 * The old containers with the new ones' resources; the new ones unchanged if any was added, renamed or moved, which validation then
 * rejects.
 */
function onlyResources(next: corev1.Container[] | undefined, old: corev1.Container[] | undefined): corev1.Container[] | undefined {
  if (!next?.length || !old) return next;
  if (next.some((container, index) => container.name !== old[index]?.name)) return next;
  return old.map((container, index) => {
    const { resources, resizePolicy } = next[index] ?? {};
    return { ...container, resources, resizePolicy };
  });
}

const resize: SubresourceStrategy<Pod> = {
  prepareForUpdate(pod, old) {
    const sameShape =
      pod.spec.containers?.length === old.spec.containers?.length &&
      (pod.spec.initContainers?.length ?? 0) === (old.spec.initContainers?.length ?? 0);
    if (sameShape) {
      const { resources, containers, initContainers } = pod.spec;
      pod.spec = {
        ...old.spec,
        resources,
        containers: onlyResources(containers, old.spec.containers) ?? [],
        initContainers: onlyResources(initContainers, old.spec.initContainers),
      };
      pod.status = old.status;
      resetMetadataForStatus(pod.metadata, old.metadata);
    }
    countGeneration(pod, old, !deepEqual(pod.spec, old.spec));
  },
  validateUpdate: (pod, old) => validatePodResize(pod, old),
};

/** Subresources that are views of a pod (pkg/registry/core/pod strategy.go). */
export const podSubresources = { status, ephemeralcontainers, resize } as const;
