import type { Instant, LabelSelector } from '#apimachinery';
import type { Informers } from '#controller-runtime';
import type { Past } from './behavior.js';

/** What is kept of an autoscaler in memory. */
export interface Kept {
  uid: string | undefined;
  name: string;
  namespace: string;
  /** When it is looked at next. */
  due: Instant;
  past: Past;
  /** The selector of its target, once it was read. */
  selector?: LabelSelector;
}

/** The memory of each cluster's autoscalers by key. Like upstream's it is lost with the process. */
const memory = new WeakMap<Informers, Map<string, Kept>>();

/** The autoscalers of a cluster that were looked at. */
export function keptOf(informers: Informers): Map<string, Kept> {
  const known = memory.get(informers) ?? new Map<string, Kept>();
  memory.set(informers, known);
  return known;
}
