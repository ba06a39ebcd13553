import type { FitFailure } from './framework.js';

/** Reasons with the number of nodes for each, sorted as text: `1 Insufficient cpu, 2 node(s) were unschedulable`. */
export function countReasons(reasons: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return formatCounts(counts);
}

const formatCounts = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');

function reasonsOf({ nodes, rejections, absent }: FitFailure): string {
  const counts = new Map<string, number>();
  const add = (reasons: readonly string[], times: number) => {
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + times);
  };
  for (const { reasons } of rejections.values()) add(reasons, 1);
  if (absent && rejections.size < nodes) add(absent.reasons, nodes - rejections.size);
  return formatCounts(counts);
}

/** `0/3 nodes are available: …` of a failed cycle, and the result of postFilter (framework.FitError). */
export function fitMessage(failure: FitFailure, afterwards: string): string {
  const head = `0/${failure.nodes} nodes are available:`;
  const why = failure.preFilter ? failure.preFilter.reasons.join(', ') : reasonsOf(failure);
  const message = why === '' ? head : `${head} ${why}.`;
  return afterwards ? `${message} ${afterwards}` : message;
}

/** The plugins that have rejected the pod: their hints say what may make it schedulable (Diagnosis.UnschedulablePlugins). */
export function rejectingPlugins({ rejections, preFilter, filters }: FitFailure): Set<string> {
  const names = new Set<string>(filters.only?.plugins);
  if (preFilter?.plugin) names.add(preFilter.plugin);
  for (const { plugin } of rejections.values()) if (plugin) names.add(plugin);
  return names;
}
