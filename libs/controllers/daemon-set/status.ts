import type { appsv1 } from '#api';
import type { Instant } from '#apimachinery';
import { isPodReady } from '#component-helpers';
import { isAvailable } from '../availability.js';
import type { NodePods } from './nodes.js';
import { isUpdated } from './placement.js';

type Status = appsv1.DaemonSetStatus;

/** What the status is computed from. */
export interface StatusInput {
  daemon: appsv1.DaemonSet;
  nodes: readonly NodePods[];
  hash: string;
  now: Instant;
}

const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
] as const;

/** Go writes these even when they are zero. */
const ALWAYS: ReadonlySet<string> = new Set(COUNTS.slice(0, 4));

type Counts = Record<(typeof COUNTS)[number], number>;

function count({ daemon, nodes, hash, now }: StatusInput): Counts {
  const minReadySeconds = daemon.spec.minReadySeconds ?? 0;
  const existing = nodes.filter(({ exists }) => exists);
  const wanted = existing.filter(({ run }) => run);
  const pods = wanted.flatMap(({ pods: [first] }) => first ?? []);
  const ready = pods.filter(isPodReady);
  const available = ready.filter((pod) => isAvailable(pod, minReadySeconds, now)).length;
  return {
    currentNumberScheduled: pods.length,
    numberMisscheduled: existing.filter(({ run, pods: there }) => !run && there.length > 0).length,
    desiredNumberScheduled: wanted.length,
    numberReady: ready.length,
    updatedNumberScheduled: pods.filter((pod) => isUpdated(pod, daemon, hash)).length,
    numberAvailable: available,
    numberUnavailable: wanted.length - available,
  };
}

/** The next status of a DaemonSet; undefined if it need not be written (updateDaemonSetStatus). */
export function nextStatus(input: StatusInput): Status | undefined {
  const { status, metadata } = input.daemon;
  const counts = count(input);
  const same = COUNTS.every((name) => (status?.[name] ?? 0) === counts[name]);
  if (same && (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)) return undefined;
  const shown = Object.entries(counts).filter(([name, value]) => value !== 0 || ALWAYS.has(name));
  const { collisionCount, conditions } = status ?? {};
  return {
    ...(Object.fromEntries(shown) as Counts),
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    ...(conditions === undefined ? {} : { conditions }),
  };
}
