import type { appsv1 } from '#api';
import { CronJob, DaemonSet, Deployment, Job, Pod, ReplicaSet, ReplicationController, type Resource, StatefulSet } from '#api';
import type { KubeObject } from '#apimachinery';
import { controlledBy } from './owned.js';
import { defineRelation, type Relation } from './relation.js';

/** A Deployment's ReplicaSets, old and new. */
export const deploymentReplicaSets = defineRelation<appsv1.Deployment>({
  on: Deployment,
  field: 'replicaSets',
  description: 'The ReplicaSets this Deployment controls, old and new.',
  to: ReplicaSet,
  list: true,
  resolve: (deployment, context, selectors) => controlledBy(deployment, ReplicaSet, context, selectors),
});

/** A Deployment's pods, through its ReplicaSets. */
export const deploymentPods = defineRelation<appsv1.Deployment>({
  on: Deployment,
  field: 'pods',
  description: 'The Pods of all ReplicaSets of this Deployment, one ReplicaSet after the other.',
  to: Pod,
  list: true,
  async resolve(deployment, context, selectors) {
    const sets = await controlledBy(deployment, ReplicaSet, context);
    const pods = await Promise.all(sets.map((set) => controlledBy(set, Pod, context, selectors)));
    return pods.flat();
  },
});

const podsOf = <T extends KubeObject>(kind: Resource<T>): Relation =>
  defineRelation<T>({
    on: kind,
    field: 'pods',
    description: `The Pods this ${kind.kind} controls.`,
    to: Pod,
    list: true,
    resolve: (object, context, selectors) => controlledBy(object, Pod, context, selectors),
  });

/** Pods of each kind that controls pods directly. */
export const controlledPods: readonly Relation[] = [
  podsOf(ReplicaSet),
  podsOf(ReplicationController),
  podsOf(StatefulSet),
  podsOf(DaemonSet),
  podsOf(Job),
];

/** A CronJob's Jobs. */
export const cronJobJobs = defineRelation({
  on: CronJob as Resource,
  field: 'jobs',
  description: 'The Jobs created by this CronJob.',
  to: Job,
  list: true,
  resolve: (cronJob, context, selectors) => controlledBy(cronJob, Job, context, selectors),
});
