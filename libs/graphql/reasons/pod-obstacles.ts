import type { corev1 } from '#api';
import { conditionOf, isPodReady, isPodTerminal } from '#component-helpers';
import type { GraphDecision } from '../scheduling.js';
import { isWarning, type Obstacle, type Trouble, troubles } from './obstacle.js';

/** What helps where a plugin of the scheduler refuses nodes. */
const helps: Readonly<Record<string, string>> = {
  NodeResourcesFit: 'Let the pod request less, end other pods, or add nodes.',
  NodeUnschedulable: 'Uncordon a node.',
  NodeName: 'The pod names its node: create it, or take the name away.',
  TaintToleration: 'Tolerate the taint in the pod, or take it off a node.',
  NodeAffinity: 'Give a node the labels that nodeSelector and nodeAffinity ask for, or ask for others.',
  NodePorts: 'Another pod has the host port there: end it, or take another port.',
  InterPodAffinity: 'Change podAffinity and podAntiAffinity, or the pods that they are about.',
  PodTopologySpread: 'Let maxSkew be greater, or add nodes in the domains with few pods.',
  VolumeBinding: 'See whyPending of the pod’s persistentVolumeClaims.',
  VolumeZone: 'Its volume is in another zone: add a node there.',
  VolumeRestrictions: 'Another pod has the volume.',
  NodeVolumeLimits: 'The node has as many volumes as its driver can attach: add nodes.',
  DynamicResources: 'See the pod’s resourceClaims, and the devices of the resourceSlices.',
};

/** The same where its reason says more: the claim is missing, or nothing can be bound to it. */
const volumeHelps: ReadonlyArray<readonly [RegExp, string]> = [
  [/^persistentvolumeclaim ".*" not found$/, 'Create the PersistentVolumeClaim, or name one that there is.'],
  [/^node\(s\) didn't find available persistent volumes to bind$/, 'Create a PersistentVolume that the claim fits and these nodes reach.'],
];

const helpOf = (plugin: string, reason: string): string | undefined =>
  volumeHelps.find(([pattern]) => pattern.test(reason))?.[1] ?? helps[plugin];

const IMAGE = 'Name an image and a tag that exist, or a Secret in imagePullSecrets that its registry accepts.';

/** What helps a container that waits for this reason. */
const waitingHelps: Readonly<Record<string, string>> = {
  ErrImagePull: IMAGE,
  ImagePullBackOff: IMAGE,
  InvalidImageName: 'Write the image as registry/repository:tag.',
  ErrImageNeverPull: 'Set imagePullPolicy to IfNotPresent, or bring the image to the node.',
  CrashLoopBackOff: 'See the logs of the container before (`logs(previous: true)`) and its command, arguments and environment.',
  CreateContainerConfigError: 'Create the ConfigMap or Secret that is named, or the key in it.',
  RunContainerError: 'Name a command that is in the image.',
  CreateContainerError: 'Name a command that is in the image.',
};

const PROBE_HELP = 'See the path, port and times of the probe, and whether the program listens there.';

interface Refusal {
  plugin: string;
  reason: string;
  nodes: string[];
}

/** Why nodes are refused: each reason once with its nodes, the most frequent first. */
function refusals(nodes: NonNullable<GraphDecision['nodes']>): Obstacle[] {
  const found = new Map<string, Refusal>();
  for (const { node, filters } of nodes) {
    for (const { plugin, passed, reasons = [] } of filters) {
      if (passed) continue;
      for (const reason of new Set(reasons)) {
        const key = `${plugin}/${reason}`;
        const known = found.get(key) ?? { plugin, reason, nodes: [] };
        known.nodes.push(node);
        found.set(key, known);
      }
    }
  }
  return [...found.values()]
    .sort((a, b) => b.nodes.length - a.nodes.length)
    .map(({ plugin, reason, nodes: refused }) => {
      const help = helpOf(plugin, reason);
      return {
        reason: plugin,
        message: `${refused.length} of ${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}: ${reason}`,
        ...(help !== undefined && { help }),
        nodes: refused,
        nodesLooked: nodes.length,
      };
    });
}

/** What the scheduler says of a pod without a node. */
function decided({ state, note, node, message = '', nodes = [], preemption }: GraphDecision): Obstacle[] {
  if (state === 'notOurs') return [{ reason: 'OtherScheduler', message: note ?? '', help: 'Run that scheduler, or name another one.' }];
  if (state === 'schedulerDown') return [{ reason: 'SchedulerDown', message: `the scheduler does not run: ${note ?? ''}` }];
  if (node !== undefined) return [{ reason: 'NotScheduledYet', message: `the scheduler would bind it to node ${node} now`, nodes: [node] }];
  const making = preemption && {
    reason: 'Preempting',
    message: `room is made on node ${preemption.node}: ${preemption.victims.length} pods are evicted`,
    nodes: [preemption.node],
  };
  return [{ reason: 'Unschedulable', message }, ...(making ? [making] : []), ...refusals(nodes)];
}

function unbound(pod: corev1.Pod, decision: GraphDecision | undefined): Obstacle[] {
  const gates = pod.spec.schedulingGates ?? [];
  if (gates.length > 0) {
    const message = `it waits for scheduling gates: ${gates.map(({ name }) => name).join(', ')}`;
    return [{ reason: 'SchedulingGated', message, help: 'Who set them removes them from spec.schedulingGates.' }];
  }
  if (decision) return decided(decision);
  const { reason = 'NotScheduledYet', message = 'the scheduler has not come to it yet' } =
    conditionOf(pod.status?.conditions, 'PodScheduled') ?? {};
  return [{ reason, message }];
}

const ENDED_HELP = 'See its logs, and its command, arguments and environment.';

/** What keeps one container from being ready. `spec`: the container, if it is found; `isInit`: whether others wait for it. */
function ofContainer(
  { name, state, lastState, ready, started }: corev1.ContainerStatus,
  { restartPolicy, isInit }: { restartPolicy: string; isInit: boolean },
): Obstacle | undefined {
  const { waiting, running, terminated } = state ?? {};
  const isSidecar = isInit && restartPolicy === 'Always';
  if (waiting && waiting.reason !== 'PodInitializing') {
    const { reason = 'Waiting', message } = waiting;
    const ended = lastState?.terminated;
    const before = ended ? `; it ended with ${ended.exitCode} before (${ended.reason ?? 'Error'})` : '';
    const help = Object.hasOwn(waitingHelps, reason) ? waitingHelps[reason] : undefined;
    return { reason, message: `container ${name}: ${message ?? reason}${before}`, ...(help !== undefined && { help }) };
  }
  if (terminated && (!isInit || terminated.exitCode !== 0)) {
    const { exitCode, reason = 'Error' } = terminated;
    return { reason, message: `container ${name} ended with ${exitCode}; its restartPolicy is ${restartPolicy}`, help: ENDED_HELP };
  }
  if (running && isInit && !isSidecar)
    return { reason: 'Initializing', message: `init container ${name} runs: others wait until it has ended` };
  if (running && !ready) {
    const probe = started === false ? 'its startup probe has not succeeded yet' : 'its readiness probe fails';
    return { reason: 'NotReady', message: `container ${name} runs, but ${probe}`, help: PROBE_HELP };
  }
  return undefined;
}

/** Containers that do not run, or are not ready. */
function containers({ spec, status }: corev1.Pod): Obstacle[] {
  const policyOf = (list: readonly corev1.Container[] | undefined, name: string, otherwise: string) =>
    list?.find((container) => container.name === name)?.restartPolicy ?? otherwise;
  const { restartPolicy = 'Always' } = spec;
  // An init container is started again as one of a pod that is to end, unless it says otherwise.
  const ofInit = restartPolicy === 'Always' ? 'OnFailure' : restartPolicy;
  const found = [
    ...(status?.initContainerStatuses ?? []).map((one) =>
      ofContainer(one, { isInit: true, restartPolicy: policyOf(spec.initContainers, one.name, ofInit) }),
    ),
    ...(status?.containerStatuses ?? []).map((one) =>
      ofContainer(one, { isInit: false, restartPolicy: policyOf(spec.containers, one.name, restartPolicy) }),
    ),
  ];
  return found.filter((one) => one !== undefined);
}

const GATES_HELP = 'Whoever answers for a gate sets the condition of its name in the pod’s status.';

/** The readinessGates of a pod whose containers are all ready (pkg/kubelet/status/generate.go). */
function readinessGates({ status }: corev1.Pod): Obstacle[] {
  const { reason, message = '' } = conditionOf(status?.conditions, 'Ready') ?? {};
  return reason === 'ReadinessGatesNotReady' ? [{ reason, message, help: GATES_HELP }] : [];
}

/** What keeps a pod from running and being ready; nothing if it is, or has ended. `decision`: unset where it cannot be told. `events`: about it, oldest first. */
export function podObstacles(
  pod: corev1.Pod,
  { decision, events }: { decision: GraphDecision | undefined; events: readonly Trouble[] },
): Obstacle[] {
  const { deletionTimestamp, finalizers = [] } = pod.metadata;
  if (deletionTimestamp) {
    const held = finalizers.length > 0 ? `; finalizers: ${finalizers.join(', ')}` : '';
    return [{ reason: 'Terminating', message: `it is being deleted, until ${deletionTimestamp}${held}` }];
  }
  if (isPodTerminal(pod) || isPodReady(pod)) return [];
  if (!pod.spec.nodeName) return unbound(pod, decision);
  const waiting = [...containers(pod), ...readinessGates(pod)];
  const told = new Set(['FailedScheduling', 'BackOff']);
  const known = new Set(
    waiting.flatMap(({ reason, message }) => [reason, message.replace(/^container [^:]*: /, ''), ...message.split(': ')]),
  );
  const isNews = ({ reason = '', message = '' }: Trouble) => !told.has(reason) && !known.has(message.replace(/^Error: /, ''));
  const others = troubles(events, (event) => isWarning(event) && isNews(event));
  if (waiting.length > 0 || others.length > 0) return [...waiting, ...others];
  return [{ reason: 'NotStartedYet', message: `the kubelet of ${pod.spec.nodeName} has not started it yet` }];
}
