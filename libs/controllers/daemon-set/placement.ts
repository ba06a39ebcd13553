import type { appsv1, corev1 } from '#api';
import { requiredNodeAffinity, untoleratedTaint } from '#component-helpers';
import { daemonTolerations } from './tolerations.js';

type Daemon = appsv1.DaemonSet;

/** Whether a node is to have a pod of the DaemonSet, and whether a pod that it has may stay. */
export interface Verdict {
  run: boolean;
  stay: boolean;
}

const NEITHER: Verdict = { run: false, stay: false };

/** Kept with the template, which is never changed in place, so that asking about many nodes does not make the list each time. */
const tolerationsOf = new WeakMap<corev1.PodSpec, corev1.Toleration[]>();

function tolerations(spec: corev1.PodSpec): corev1.Toleration[] {
  const known = tolerationsOf.get(spec);
  if (known !== undefined) return known;
  const made = daemonTolerations(spec);
  tolerationsOf.set(spec, made);
  return made;
}

/** Applies the scheduler's rules for node name, node affinity and taints to a node (NodeShouldRunDaemonPod). */
export function placementOn({ metadata, spec: { taints } }: corev1.Node, { spec }: Daemon): Verdict {
  const pod = spec.template.spec;
  if (pod === undefined) return NEITHER;
  if (pod.nodeName && pod.nodeName !== metadata.name) return NEITHER;
  if (!requiredNodeAffinity(pod)({ metadata })) return NEITHER;
  if (!taints || taints.length === 0) return { run: true, stay: true };
  const tolerated = tolerations(pod);
  if (untoleratedTaint(taints, tolerated, ['NoExecute', 'NoSchedule']) === undefined) return { run: true, stay: true };
  return { run: false, stay: untoleratedTaint(taints, tolerated, ['NoExecute']) === undefined };
}

/** The node that a pod runs on or is meant for; undefined if it names none (GetTargetNodeName). */
export function targetNode({ spec }: corev1.Pod): string | undefined {
  if (spec.nodeName) return spec.nodeName;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const fields = terms.flatMap(({ matchFields = [] }) => matchFields);
  const field = fields.find(({ key, operator }) => key === 'metadata.name' && operator === 'In');
  return field?.values?.length === 1 ? field.values[0] : undefined;
}

/** The affinity of a pod that only the one node may run (ReplaceDaemonSetPodNodeNameNodeAffinity). */
function onlyOn(affinity: corev1.Affinity | undefined, node: string): corev1.Affinity {
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }];
  const nodeAffinity = { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { ...required, nodeSelectorTerms } };
  return { ...affinity, nodeAffinity };
}

/** The label with the number of the template, which came before revisions (extensions.DaemonSetTemplateGenerationKey). */
const GENERATION_LABEL = 'pod-template-generation';
/** The label with the hash of the template (apps.DefaultDaemonSetUniqueLabelKey). */
export const HASH_LABEL = 'controller-revision-hash';

/** The number of the template; undefined if the annotation is no number (GetTemplateGeneration). */
function templateGeneration({ metadata }: Daemon): string | undefined {
  const text = metadata.annotations?.['deprecated.daemonset.template.generation'];
  return text !== undefined && /^[+-]?\d{1,18}$/.test(text) ? String(Number(text)) : undefined;
}

/** The template of the DaemonSet's pod on a node (CreatePodTemplate). */
export function daemonTemplate(daemon: Daemon, node: string, hash: string): corev1.PodTemplateSpec {
  const { metadata, spec = { containers: [] } } = daemon.spec.template;
  const generation = templateGeneration(daemon);
  const labels = { ...metadata?.labels, ...(generation === undefined ? {} : { [GENERATION_LABEL]: generation }), [HASH_LABEL]: hash };
  return {
    metadata: { name: '', ...metadata, labels },
    spec: { ...spec, tolerations: daemonTolerations(spec), affinity: onlyOn(spec.affinity, node) },
  };
}

/** Whether a pod is of the current template (IsPodUpdated). */
export function isUpdated({ metadata }: corev1.Pod, daemon: Daemon, hash: string): boolean {
  const generation = templateGeneration(daemon);
  if (generation !== undefined && metadata.labels?.[GENERATION_LABEL] === generation) return true;
  return hash !== '' && metadata.labels?.[HASH_LABEL] === hash;
}
