import type { corev1 } from '#api';
import { type Filters, type FitFailure, prepareFilters, rejectionOf } from './cycle.js';
import { countReasons } from './fit-message.js';
import type { Weighted, World } from './framework.js';
import type { NodeInfo } from './node-info.js';

const NOT_HELPFUL = 'Preemption is not helpful for scheduling';
const NO_VICTIMS = 'No preemption victims found for incoming pod';

/** A node that would take the pod if some pods went. */
export interface Candidate {
  node: NodeInfo;
  victims: readonly corev1.Pod[];
}

export type Preemption = { candidate: Candidate; message?: undefined } | { candidate?: undefined; message: string };

const priorityOf = (pod: corev1.Pod): number => pod.spec.priority ?? 0;
const keyOf = (pod: corev1.Pod): string => `${pod.metadata.namespace}/${pod.metadata.name}`;

/** Higher priority first, then the one that has run longer (util.MoreImportantPod). */
function byImportance(a: corev1.Pod, b: corev1.Pod): number {
  return (
    priorityOf(b) - priorityOf(a) ||
    (a.status?.startTime ?? '~').localeCompare(b.status?.startTime ?? '~') ||
    keyOf(a).localeCompare(keyOf(b))
  );
}

interface Attempt {
  pod: corev1.Pod;
  world: World;
  plugins: readonly Weighted[];
}

/** Whether the pod would fit the node as it is in `node`, all else as in the world. */
function fits({ pod, world, plugins }: Attempt, node: NodeInfo): boolean {
  const nodes = world.nodes.map((other) => (other.name === node.name ? node : other));
  const changed: World = { ...world, nodes };
  const filters: Filters = prepareFilters(pod, changed, plugins);
  return !filters.preFilter && rejectionOf(pod, node, filters, changed) === undefined;
}

/** The fewest, least important pods whose going lets the pod in; none when that is not enough (SelectVictimsOnNode). */
function victimsOn(attempt: Attempt, node: NodeInfo): corev1.Pod[] | undefined {
  const lower = [...node.pods.values()].filter((other) => priorityOf(other) < priorityOf(attempt.pod)).sort(byImportance);
  if (lower.length === 0) return undefined;
  const trial = node.clone();
  for (const other of lower) trial.remove(keyOf(other));
  if (!fits(attempt, trial)) return undefined;
  return lower.filter((other) => {
    trial.add(keyOf(other), other);
    if (fits(attempt, trial)) return false;
    trial.remove(keyOf(other));
    return true;
  });
}

/** Lowest first victim, least priority in sum, fewest victims (pickOneNodeForPreemption, without disruption budgets). */
function cheapest(candidates: readonly Candidate[]): Candidate | undefined {
  const cost = ({ victims }: Candidate): number[] => [
    Math.max(...victims.map(priorityOf)),
    victims.reduce((sum, victim) => sum + priorityOf(victim) + 2 ** 31, 0),
    victims.length,
  ];
  const compare = (a: Candidate, b: Candidate): number => {
    const [left, right] = [cost(a), cost(b)];
    const at = left.findIndex((value, index) => value !== right[index]);
    return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
  };
  return [...candidates].sort(compare)[0];
}

/** A victim of an earlier preemption that has not gone yet. */
const isGoing = (pod: corev1.Pod): boolean =>
  pod.metadata.deletionTimestamp !== undefined &&
  (pod.status?.conditions ?? []).some(({ type, reason }) => type === 'DisruptionTarget' && reason === 'PreemptionByScheduler');

function ineligible({ pod, world }: Attempt, failure: FitFailure): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = pod.status?.nominatedNodeName;
  const node = nominated ? world.nodes.find(({ name }) => name === nominated) : undefined;
  if (!node || failure.rejections.get(node.name)?.final) return undefined;
  const waiting = [...node.pods.values()].some((other) => priorityOf(other) < priorityOf(pod) && isGoing(other));
  return waiting ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

/** After a failed cycle: which pods would have to go, or why that would not help (plugins/defaultpreemption). Pure. */
export function preempt(attempt: Attempt, failure: FitFailure): Preemption {
  const reason = ineligible(attempt, failure);
  if (reason) return { message: reason };
  const candidates: Candidate[] = [];
  const reasons: string[] = [];
  for (const node of attempt.world.nodes) {
    const rejection = failure.preFilter ?? failure.rejections.get(node.name);
    const victims = rejection?.final ? undefined : victimsOn(attempt, node);
    if (victims) candidates.push({ node, victims });
    else reasons.push(rejection?.final ? NOT_HELPFUL : NO_VICTIMS);
  }
  const candidate = cheapest(candidates);
  return candidate ? { candidate } : { message: `0/${failure.nodes} nodes are available: ${countReasons(reasons)}.` };
}
