/** Combinations of labels of one metric of a cluster. */
export const METRIC_SERIES = 500;

/** Clusters whose components' counters a process keeps; those that were not used for the longest time go. */
export const COUNTED_CLUSTERS = 500;
