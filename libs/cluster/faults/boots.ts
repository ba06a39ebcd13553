import type { Instant } from '#apimachinery';
import { type Boot, type NodeShutdown, shutdownPeriods } from '#controller-runtime';
import type { Fault, FaultList, Hold } from './fault.js';
import { afterBoots } from './restarts.js';

/** Machines whose last start is remembered at most: the oldest starts are forgotten. */
const MOST_BOOTS = 1_000;

/** The last start of a machine that was off because of a fault. */
export interface MachineBoot extends Boot {
  readonly node: string;
}

/** The shutdown of a node by a fault, as the KubeletConfiguration of the node says. */
export function shutdownOf({ since }: Pick<Hold, 'since'>, configuration: Readonly<Record<string, unknown>>): NodeShutdown {
  const periods = shutdownPeriods(configuration);
  const seconds = periods.reduce((sum, period) => sum + period.seconds, 0);
  return { since, off: since + seconds * 1000, periods };
}

/** Since when the machine of a node is off because of a fault; undefined if it is not. */
function offBy(fault: Fault, configuration: Readonly<Record<string, unknown>>, now: Instant): Instant | undefined {
  if (fault.node === undefined || fault.component !== undefined) return undefined;
  if (fault.type === 'stop') return fault.since;
  if (fault.type !== 'shutdown') return undefined;
  const { off } = shutdownOf(fault, configuration);
  return off <= now ? off : undefined;
}

/** The faults after a change, with the starts of the machines that are on again because of it: nothing is paused there any more. */
export async function withBoots(
  before: FaultList,
  after: FaultList,
  { configurationOf, now }: { configurationOf: (node: string) => Promise<Readonly<Record<string, unknown>>>; now: Instant },
): Promise<FaultList> {
  const standing = new Set(after.faults.map(({ id }) => id));
  const boots: MachineBoot[] = [];
  for (const fault of before.faults) {
    const { id, node = '' } = fault;
    if (standing.has(id)) continue;
    const off = offBy(fault, fault.type === 'shutdown' ? await configurationOf(node) : {}, now);
    if (off !== undefined) boots.push({ node, id, off, at: now });
  }
  if (boots.length === 0) return after;
  const nodes = new Set(boots.map(({ node }) => node));
  return {
    ...after,
    faults: afterBoots(after.faults, nodes, after.history.members),
    boots: [...(after.boots ?? []).filter(({ node }) => !nodes.has(node)), ...boots].slice(-MOST_BOOTS),
  };
}

/** The last of two starts of a machine, of which each is known for another reason. */
export function laterBoot(one: Boot | undefined, other: Boot | undefined): Boot | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const [first, last] = one.at > other.at ? [other, one] : [one, other];
  // It was kept off by both.
  return last.off <= first.at ? { ...last, off: Math.min(first.off, last.off) } : last;
}
