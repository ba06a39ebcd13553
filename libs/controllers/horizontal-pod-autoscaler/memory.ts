import type { Instant, LabelSelector } from '#apimachinery';
import { perCluster } from '#client';
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

/** The autoscalers of a cluster that were looked at, by key. Like upstream's memory of them it is lost with the process. */
export const keptOf = perCluster(() => new Map<string, Kept>());
