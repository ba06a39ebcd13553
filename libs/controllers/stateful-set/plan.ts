import type { appsv1, corev1 } from '#api';
import type { Instant } from '#apimachinery';
import { isPodTerminal } from '#component-helpers';
import { isAvailable } from '../availability.js';
import {
  claimsOf,
  endOrdinal,
  identityMatches,
  newPod,
  ordinalOf,
  type Revisions,
  revisionOf,
  startOrdinal,
  storageMatches,
} from './identity.js';
import { isStaleClaim, ownersMatch } from './retention.js';
import { isRunningAndReady } from './status.js';

type Stateful = appsv1.StatefulSet;

/** Maximum pods created in one reconcile, however many a set of parallel pods wants. */
const BURST = 500;

/** One thing to do for a pod. */
export interface Action {
  /**
   * `claims`: create the claims that a pending pod lacks; `conform`: correct its labels, volumes and claims; `retain`: only the owners of
   * its claims.
   */
  do: 'create' | 'delete' | 'claims' | 'conform' | 'retain';
  pod: corev1.Pod;
}

/** What the plan is made from. */
export interface PlanInput {
  set: Stateful;
  /** The pods that the set controls, in any order. */
  pods: readonly corev1.Pod[];
  revisions: Revisions;
  /** The PersistentVolumeClaim of this name in the set's namespace. */
  claim(name: string): corev1.PersistentVolumeClaim | undefined;
  now: Instant;
}

const isTerminating = ({ metadata }: corev1.Pod): boolean => metadata.deletionTimestamp !== undefined;

/**
 * What to do for a set now, in steps: the actions of a step may run at once, and a step is only begun if nothing of the steps before has
 * failed (stateful_set_control.go updateStatefulSet).
 */
export function planPods(input: PlanInput): Action[][] {
  const { set } = input;
  if (set.metadata.deletionTimestamp !== undefined) return [];
  return set.spec.podManagementPolicy === 'Parallel' ? planParallel(input) : planOrdered(input);
}

interface Divided {
  /** The wanted pods that exist, by ordinal. */
  replicas: Map<number, corev1.Pod>;
  /** The others, highest ordinal first. Pods without an ordinal are ignored. */
  condemned: corev1.Pod[];
}

function divide({ set, pods }: PlanInput): Divided {
  const [start, end] = [startOrdinal(set), endOrdinal(set)];
  const replicas = new Map<number, corev1.Pod>();
  const condemned: Array<{ ordinal: number; pod: corev1.Pod }> = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(pod);
    if (ordinal < 0) continue;
    if (ordinal < start || ordinal >= end) condemned.push({ ordinal, pod });
    // Of db-1 and db-01 it is db-1, in whatever order they come.
    else if (pod.metadata.name.length <= (replicas.get(ordinal)?.metadata.name.length ?? Number.POSITIVE_INFINITY))
      replicas.set(ordinal, pod);
  }
  condemned.sort((a, b) => b.ordinal - a.ordinal || (a.pod.metadata.name < b.pod.metadata.name ? -1 : 1));
  return { replicas, condemned: condemned.map(({ pod }) => pod) };
}

/** Whether the set's pods have claims at all: without, nothing is computed for each pod. */
const hasClaims = ({ spec }: Stateful): boolean => (spec.volumeClaimTemplates ?? []).length > 0;

function claimsExist({ claim, set }: PlanInput, pod: corev1.Pod): boolean {
  if (!hasClaims(set)) return true;
  return claimsOf(set, ordinalOf(pod)).every(({ metadata }) => {
    const found = claim(metadata.name);
    return found !== undefined && found.metadata.deletionTimestamp === undefined;
  });
}

function retentionMatches({ claim, set }: PlanInput, pod: corev1.Pod): boolean {
  if (!hasClaims(set)) return true;
  return claimsOf(set, ordinalOf(pod)).every(({ metadata }) => {
    const found = claim(metadata.name);
    return found === undefined || ownersMatch(found, set, pod);
  });
}

function hasStaleClaims({ claim, set }: PlanInput, pod: corev1.Pod): boolean {
  return claimsOf(set, ordinalOf(pod)).some(({ metadata }) => {
    const found = claim(metadata.name);
    return found !== undefined && isStaleClaim(set, pod, found);
  });
}

/** What a pod in its place needs, and whether an ordered set waits for it (processReplica). */
function careFor(input: PlanInput, pod: corev1.Pod): { actions: Action[]; waits: boolean } {
  const { set, now } = input;
  // A pod that has ended is replaced whatever its phase: an evicted pod's says only how its containers ended.
  if (isPodTerminal(pod)) return { actions: isTerminating(pod) ? [] : [{ do: 'delete', pod }], waits: true };
  const actions: Action[] = [];
  if (pod.status?.phase === 'Pending' && !(claimsExist(input, pod) && retentionMatches(input, pod))) actions.push({ do: 'claims', pod });
  const available = isRunningAndReady(pod) && isAvailable(pod, set.spec.minReadySeconds ?? 0, now);
  const waits = isTerminating(pod) || !available;
  if (waits && set.spec.podManagementPolicy !== 'Parallel') return { actions, waits };
  const conforms = identityMatches(set, pod) && storageMatches(set, pod) && retentionMatches(input, pod);
  if (!conforms) actions.push({ do: 'conform', pod });
  return { actions, waits };
}

/** One pod after the other: the first that is missing, ends or is not available is the last that something is done for. */
function planOrdered(input: PlanInput): Action[][] {
  const { set, revisions } = input;
  const { replicas, condemned } = divide(input);
  const steps: Action[][] = [];
  for (let ordinal = startOrdinal(set); ordinal < endOrdinal(set); ordinal += 1) {
    const pod = replicas.get(ordinal);
    if (pod === undefined) {
      const made = newPod(set, revisions, ordinal);
      return hasStaleClaims(input, made) ? steps : [...steps, [{ do: 'create', pod: made }]];
    }
    const { actions, waits } = careFor(input, pod);
    steps.push(...actions.map((action) => [action]));
    if (waits) return steps;
  }
  steps.push(...condemned.filter((pod) => !retentionMatches(input, pod)).map((pod): Action[] => [{ do: 'retain', pod }]));
  const [last] = condemned;
  if (last !== undefined) return mayGo(input, condemned, last) ? [...steps, [{ do: 'delete', pod: last }]] : steps;
  return [...steps, ...planUpdate(input, replicas)];
}

/** Pods are removed from the highest ordinal down, each when all others are available, or when it is itself the first that is not. */
function mayGo({ set, now }: PlanInput, condemned: readonly corev1.Pod[], last: corev1.Pod): boolean {
  if (isTerminating(last)) return false;
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  if (isRunningAndReady(last) && isAvailable(last, minReadySeconds, now)) return true;
  return condemned.findLast((pod) => isTerminating(pod) || !isAvailable(pod, minReadySeconds, now)) === last;
}

/** All at once. */
function planParallel(input: PlanInput): Action[][] {
  const { set, revisions } = input;
  const { replicas, condemned } = divide(input);
  const first: Action[] = [];
  let made = 0;
  for (let ordinal = startOrdinal(set); ordinal < endOrdinal(set) && made < BURST; ordinal += 1) {
    const pod = replicas.get(ordinal);
    if (pod !== undefined) first.push(...careFor(input, pod).actions);
    else {
      made += 1;
      const wanted = newPod(set, revisions, ordinal);
      if (!hasStaleClaims(input, wanted)) first.push({ do: 'create', pod: wanted });
    }
  }
  const retained = condemned.filter((pod) => !retentionMatches(input, pod)).map((pod): Action => ({ do: 'retain', pod }));
  const removed = condemned.filter((pod) => !isTerminating(pod)).map((pod): Action => ({ do: 'delete', pod }));
  const steps = [first, retained, removed].filter((step) => step.length > 0);
  return made === 0 ? [...steps, ...planUpdate(input, replicas)] : steps;
}

/** Replaces the highest pod that is not of the update's revision, when all above it are available. */
function planUpdate({ set, revisions, now }: PlanInput, replicas: ReadonlyMap<number, corev1.Pod>): Action[][] {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type === 'OnDelete') return [];
  const lowest = startOrdinal(set) + (rollingUpdate?.partition ?? 0);
  for (let ordinal = endOrdinal(set) - 1; ordinal >= lowest; ordinal -= 1) {
    const pod = replicas.get(ordinal);
    if (pod === undefined) return [];
    if (revisionOf(pod) !== revisions.update.metadata.name && !isTerminating(pod)) return [[{ do: 'delete', pod }]];
    if (isTerminating(pod) || !isAvailable(pod, set.spec.minReadySeconds ?? 0, now)) return [];
  }
  return [];
}
