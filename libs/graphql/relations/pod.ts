import type { corev1, discoveryv1 } from '#api';
import {
  ConfigMap,
  EndpointSlice,
  NetworkPolicy,
  Node,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  PriorityClass,
  ResourceClaim,
  RuntimeClass,
  Secret,
  Service,
  ServiceAccount,
} from '#api';
import { podReferences, type Referenced } from '#component-helpers';
import type { Grouping } from '../loaders.js';
import { referredToBy, refersToMany, refersToOne } from './references.js';
import type { Relation } from './relation.js';
import { labelsAsSelector, podSelectedBy } from './selects.js';

/** The names of the objects of a kind that a pod refers to. */
function referenced(pod: corev1.Pod, kind: Referenced): string[] {
  const prefix = `${kind}/`;
  return [...podReferences(pod)].flatMap((reference) => (reference.startsWith(prefix) ? [reference.slice(prefix.length)] : []));
}

/** Pods by what they refer to in their namespace, as `kind/name`. */
export const podsByReference: Grouping<corev1.Pod> = { name: 'references', keys: (pod) => [...podReferences(pod)] };

/** EndpointSlices by the pods they have. */
const slicesByPod: Grouping<discoveryv1.EndpointSlice> = {
  name: 'pods',
  keys: ({ endpoints }) => [
    ...new Set((endpoints ?? []).flatMap(({ targetRef }) => (targetRef?.kind === 'Pod' ? (targetRef.name ?? []) : []))),
  ],
};

/** From a pod to what it needs, and to what has it. */
export const podRelations: readonly Relation[] = [
  refersToOne({
    on: Pod,
    field: 'node',
    description: 'The Node this pod is bound to.',
    to: Node,
    at: ({ spec }) => ({ name: spec.nodeName }),
  }),
  refersToOne({
    on: Pod,
    field: 'serviceAccount',
    description: 'The ServiceAccount this pod runs as.',
    to: ServiceAccount,
    at: ({ spec }) => ({ name: spec.serviceAccountName }),
  }),
  refersToOne({
    on: Pod,
    field: 'priorityClass',
    description: 'The PriorityClass this pod names.',
    to: PriorityClass,
    at: ({ spec }) => ({ name: spec.priorityClassName }),
  }),
  refersToOne({
    on: Pod,
    field: 'runtimeClass',
    description: 'The RuntimeClass this pod names.',
    to: RuntimeClass,
    at: ({ spec }) => ({ name: spec.runtimeClassName }),
  }),
  refersToMany({
    on: Pod,
    field: 'configMaps',
    description: 'The ConfigMaps that volumes and environment variables of this pod refer to.',
    to: ConfigMap,
    names: (pod) => referenced(pod, 'configmap'),
  }),
  refersToMany({
    on: Pod,
    field: 'secrets',
    description: 'The Secrets that volumes, environment variables and image pulls of this pod refer to.',
    to: Secret,
    names: (pod) => referenced(pod, 'secret'),
  }),
  refersToMany({
    on: Pod,
    field: 'persistentVolumeClaims',
    description: 'The PersistentVolumeClaims of this pod’s volumes, ephemeral ones too.',
    to: PersistentVolumeClaim,
    names: (pod) => referenced(pod, 'claim'),
  }),
  refersToMany({
    on: Pod,
    field: 'resourceClaims',
    description: 'The ResourceClaims of this pod, those made from templates too.',
    to: ResourceClaim,
    names: (pod) => referenced(pod, 'resourceclaim'),
  }),
  podSelectedBy({
    field: 'services',
    description: 'The Services whose selector matches this pod.',
    to: Service,
    selector: ({ spec }) => labelsAsSelector(spec.selector),
  }),
  podSelectedBy({
    field: 'networkPolicies',
    description: 'The NetworkPolicies that select this pod.',
    to: NetworkPolicy,
    selector: ({ spec }) => spec?.podSelector ?? {},
  }),
  podSelectedBy({
    field: 'podDisruptionBudgets',
    description: 'The PodDisruptionBudgets that select this pod.',
    to: PodDisruptionBudget,
    selector: ({ spec }) => spec?.selector,
  }),
  referredToBy({
    on: Pod,
    field: 'endpointSlices',
    description: 'The EndpointSlices that have this pod as an endpoint, ready or not.',
    to: EndpointSlice,
    by: slicesByPod,
  }),
];
