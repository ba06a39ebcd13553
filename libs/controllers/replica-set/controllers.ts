import { Pod, ReplicaSet, ReplicationController } from '#api';
import { controllerOf, labelSelectorAsSelector, selectorFromSet } from '#apimachinery';
import { replicaController } from './replicas.js';

/** Maintains the desired number of pods of each ReplicaSet (pkg/controller/replicaset/replica_set.go). */
export const replicaSet = replicaController({
  name: 'replicaset-controller',
  queue: 'replicaset',
  resource: ReplicaSet,
  selectorOf: ({ spec }) => labelSelectorAsSelector(spec.selector),
  reportsTerminating: true,
  related: (owner, { informers }) => {
    const controller = controllerOf(owner);
    const sets = controller === undefined ? [owner] : informers.of(ReplicaSet).controlledBy(controller.uid);
    return sets.flatMap(({ metadata }) => informers.of(Pod).controlledBy(metadata.uid ?? ''));
  },
});

/** The same for ReplicationControllers (pkg/controller/replication/replication_controller.go). */
export const replicationController = replicaController({
  name: 'replication-controller',
  queue: 'replicationmanager',
  flag: 'replicationcontroller-controller',
  resource: ReplicationController,
  selectorOf: ({ spec }) => selectorFromSet(spec.selector),
  reportsTerminating: false,
  related: (owner, { informers }) => informers.of(Pod).controlledBy(owner.metadata.uid ?? ''),
});
