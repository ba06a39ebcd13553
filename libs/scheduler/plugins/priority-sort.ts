import { podPriority } from '#component-helpers';
import type { Plugin } from '../framework.js';

/** Pods of a higher priority come first, among equals the one that has waited longer. */
export const prioritySort: Plugin = {
  name: 'PrioritySort',
  queueSort: (a, b) => podPriority(b.pod) - podPriority(a.pod) || a.order - b.order,
};
