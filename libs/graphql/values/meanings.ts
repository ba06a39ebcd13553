import { apiMeanings } from './meanings/api.js';
import type { Meanings } from './meanings/meanings.js';
import { networkMeanings } from './meanings/network.js';
import { podMeanings } from './meanings/pods.js';
import { schedulingMeanings } from './meanings/scheduling.js';
import { signalMeanings } from './meanings/signals.js';
import { storageMeanings } from './meanings/storage.js';
import { workloadMeanings } from './meanings/workloads.js';

/** What the fixed values of the API mean. Its published schema has them as constants without their comments. */
export const meanings: Meanings = {
  ...apiMeanings,
  ...networkMeanings,
  ...podMeanings,
  ...schedulingMeanings,
  ...signalMeanings,
  ...storageMeanings,
  ...workloadMeanings,
};
