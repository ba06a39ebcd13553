import type { corev1 } from '#api';
import { conditionOf, transitionTime } from '#component-helpers';
import type { Outcome } from './memory.js';
import { type PodResize, resizeConditions } from './resize.js';
import { mayRestartAll } from './restart-all.js';
import type { Slot } from './slot.js';

/** Conditions of a pod (kubelet/status/generate.go). */

type Finding = Pick<corev1.PodCondition, 'status' | 'reason' | 'message'>;

/** The conditions that the kubelet sets each time. */
export const OWN_CONDITIONS: ReadonlySet<string> = new Set([
  'PodResizePending',
  'PodResizeInProgress',
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
  'AllContainersRestarting',
]);
const TRUE: Finding = { status: 'True' };

const named = (slots: readonly Slot[]): string => `[${slots.map(({ container }) => container.name).join(' ')}]`;

function containersReady(phase: string, slots: readonly Slot[]): Finding {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = slots.filter(({ role, status }) => (role === 'main' || role === 'sidecar') && !status.ready);
  if (unready.length === 0) return TRUE;
  return { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: ${named(unready)}` };
}

function podReady(pod: corev1.Pod, containers: Finding): Finding {
  if (containers.status !== 'True') return containers;
  const conditions = new Map(pod.status?.conditions?.map((condition) => [condition.type, condition]));
  const messages = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const gate = conditions.get(conditionType);
    if (!gate) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return gate.status === 'True' ? [] : [`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`];
  });
  if (messages.length === 0) return TRUE;
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}

function initialized(phase: string, slots: readonly Slot[]): Finding {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  if (slots.some(({ role, status }) => role === 'main' && status.containerID)) return TRUE;
  const incomplete = slots.filter(({ role, status }) => (role === 'init' && !status.ready) || (role === 'sidecar' && !status.started));
  if (incomplete.length === 0) return TRUE;
  return { status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: ${named(incomplete)}` };
}

function allRestarting(phase: string, restarting: boolean): Finding {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  if (!restarting) return { status: 'False' };
  return { status: 'True', reason: 'RestartAllContainersStarted', message: 'container exited with restart policy rule' };
}

/** What the conditions are computed from. */
export interface ConditionInput {
  pod: corev1.Pod;
  phase: string;
  slots: readonly Slot[];
  /** The sandbox is ready: it has an address and its volumes. */
  sandbox: boolean;
  /** metav1.Time. */
  time: string;
  resize?: PodResize;
  /** All containers are about to be restarted. */
  restarting: boolean;
  /** The kubelet has ended the pod. */
  outcome?: Outcome;
}

/** All conditions: other components' first and unchanged, then the kubelet's own. The transition time changes only with the status. */
export function conditionsOf(input: ConditionInput): corev1.PodCondition[] {
  const { pod, phase, slots, sandbox, time, outcome, resize } = input;
  const old = pod.status?.conditions ?? [];
  const observedGeneration = pod.metadata.generation;
  const containers = containersReady(phase, slots);
  const findings: Array<[string, Finding]> = [
    ['PodReadyToStartContainers', sandbox ? TRUE : { status: 'False' }],
    ['Initialized', initialized(phase, slots)],
    ['Ready', podReady(pod, containers)],
    ['ContainersReady', containers],
    ['PodScheduled', TRUE],
    ...(mayRestartAll(pod) ? [['AllContainersRestarting', allRestarting(phase, input.restarting)] as [string, Finding]] : []),
  ];
  const own = findings.map(([type, { status, reason, message }]): corev1.PodCondition => {
    return {
      type,
      ...(observedGeneration ? { observedGeneration } : {}),
      status,
      // Go writes an unset time as null.
      lastProbeTime: null as unknown as string,
      lastTransitionTime: transitionTime(conditionOf(old, type), status, time),
      ...(reason ? { reason } : {}),
      ...(message ? { message } : {}),
    };
  });
  const others = [...old.filter(({ type }) => !OWN_CONDITIONS.has(type)), ...resizeConditions(resize, old, time)];
  if (!outcome?.disrupted) return [...others, ...own];
  const target: corev1.PodCondition = {
    type: 'DisruptionTarget',
    ...(observedGeneration ? { observedGeneration } : {}),
    status: 'True',
    lastProbeTime: null as unknown as string,
    lastTransitionTime: time,
    reason: 'TerminationByKubelet',
    message: outcome.message,
  };
  return [...others.filter(({ type }) => type !== target.type), target, ...own];
}
