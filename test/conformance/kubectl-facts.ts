import type { Step } from './kubectl-commands.js';
import { accessFacts } from './kubectl-facts-access.js';
import { coreFacts } from './kubectl-facts-core.js';
import { storageFacts } from './kubectl-facts-storage.js';
import { workloadFacts } from './kubectl-facts-workloads.js';

/** More of what test/cmd of Kubernetes checks and only a server can answer: one line a fact, one namespace for all of them, which the last deletes. */
export const facts: readonly Step[] = [...coreFacts, ...workloadFacts, ...storageFacts, ...accessFacts];
