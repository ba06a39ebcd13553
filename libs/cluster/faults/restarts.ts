import type { Instant } from '#apimachinery';
import { type Fault, type FaultList, holdOf, holdsOf, STATIC_COMPONENTS, type StaticComponent } from './fault.js';

/** A process that is paused. */
export interface PausedProcess {
  component: StaticComponent;
  node: string;
}

/** When the kubelet will have killed a process that is paused from now on; undefined: it does not notice. */
export type KilledAt = (process: PausedProcess) => Promise<Instant | undefined>;

/** The processes that a fault pauses. */
function pausedBy({ type, component, node, restarted = [] }: Fault, members: readonly string[]): PausedProcess[] {
  const known = STATIC_COMPONENTS.find((each) => each === component);
  if (type !== 'pause' || known === undefined) return [];
  return (node === undefined ? members : [node])
    .filter((each) => !restarted.includes(each))
    .map((each) => ({ component: known, node: each }));
}

const same = (one: Fault['restarts'] = {}, other: Fault['restarts'] = {}): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The faults, with when the kubelets restart processes that are paused: those whose kubelet works find out. */
export async function withRestarts(list: FaultList, killedAt: KilledAt): Promise<FaultList> {
  const holds = holdsOf(list);
  const faults = await Promise.all(
    list.faults.map(async (fault) => {
      const restarts: Record<string, Instant> = {};
      for (const process of pausedBy(fault, list.history.members)) {
        if (holdOf(holds, 'kubelet', process.node)) continue;
        const at = fault.restarts?.[process.node] ?? (await killedAt(process));
        if (at !== undefined) restarts[process.node] = at;
      }
      if (same(restarts, fault.restarts)) return fault;
      const { restarts: _, ...others } = fault;
      return Object.keys(restarts).length > 0 ? { ...others, restarts } : others;
    }),
  );
  return faults.every((fault, position) => fault === list.faults[position]) ? list : { ...list, faults };
}

/** The next restart of a process that is paused. */
export function nextRestart(faults: ReadonlyArray<Pick<Fault, 'restarts'>>): Instant | undefined {
  const all = faults.flatMap(({ restarts }) => Object.values(restarts ?? {}));
  return all.length > 0 ? Math.min(...all) : undefined;
}

/** A fault whose process has been restarted on some nodes; undefined if it pauses none any more. */
function restartedOn(fault: Fault, nodes: readonly string[], members: readonly string[]): Fault | undefined {
  const { restarts = {}, ...others } = fault;
  const next: Fault = { ...others, restarted: [...(fault.restarted ?? []), ...nodes] };
  if (pausedBy(next, members).length === 0) return undefined;
  const left = Object.entries(restarts).filter(([node]) => !nodes.includes(node));
  return left.length > 0 ? { ...next, restarts: Object.fromEntries(left) } : next;
}

/** The faults after the restarts that are due: a process that was restarted is not paused any more. */
export function afterRestarts(list: FaultList, now: Instant): FaultList {
  if ((nextRestart(list.faults) ?? Number.POSITIVE_INFINITY) > now) return list;
  const faults = list.faults.flatMap((fault) => {
    const due = Object.entries(fault.restarts ?? {}).flatMap(([node, at]) => (at <= now ? [node] : []));
    return due.length === 0 ? [fault] : (restartedOn(fault, due, list.history.members) ?? []);
  });
  return { ...list, faults };
}

/** The faults after some machines were started: their processes are not paused any more, whether or not they are static pods. */
export function afterBoots(faults: readonly Fault[], nodes: ReadonlySet<string>, members: readonly string[]): readonly Fault[] {
  return faults.flatMap((fault) => {
    if (fault.type === 'pause' && fault.component === 'kubelet' && nodes.has(fault.node ?? '')) return [];
    const started = pausedBy(fault, members).flatMap(({ node }) => (nodes.has(node) ? [node] : []));
    return started.length === 0 ? [fault] : (restartedOn(fault, started, members) ?? []);
  });
}
