import type { FitFailure } from './cycle.js';

/** Reasons with the number of nodes for each, sorted as text: `1 Insufficient cpu, 2 node(s) were unschedulable`. */
export function countReasons(reasons: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}

/** `0/3 nodes are available: …` of a failed cycle, and the result of preemption (framework.FitError). */
export function fitMessage(failure: FitFailure, afterwards: string): string {
  const head = `0/${failure.nodes} nodes are available:`;
  const why = failure.preFilter
    ? failure.preFilter.reasons.join(', ')
    : countReasons([...failure.rejections.values()].flatMap((rejection) => rejection.reasons));
  const message = why === '' ? head : `${head} ${why}.`;
  return afterwards ? `${message} ${afterwards}` : message;
}
