import { namespaceRelations } from './namespace.js';
import { nodeRelations } from './node.js';
import { objectRelations } from './object.js';
import { podRelations } from './pod.js';
import type { Relation } from './relation.js';
import { roleRelations } from './roles.js';
import { serviceRelations } from './service.js';
import { storageRelations } from './storage.js';
import { userRelations } from './users.js';
import { workloadRelations } from './workloads.js';

/** Every relation of the graph. */
export const relations: readonly Relation[] = [
  ...objectRelations,
  ...namespaceRelations,
  ...nodeRelations,
  ...podRelations,
  ...roleRelations,
  ...serviceRelations,
  ...storageRelations,
  ...userRelations,
  ...workloadRelations,
];
