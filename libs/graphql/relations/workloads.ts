import type { appsv1, autoscalingv2 } from '#api';
import {
  ControllerRevision,
  CronJob,
  DaemonSet,
  Deployment,
  HorizontalPodAutoscaler,
  Job,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  parseGroupVersion,
  ReplicaSet,
  ReplicationController,
  type Resource,
  Service,
  StatefulSet,
} from '#api';
import { controllerOf, type KubeObject } from '#apimachinery';
import type { GraphKind } from '../kinds.js';
import type { Grouping } from '../loaders.js';
import { controlledBy } from './owned.js';
import { referredToBy, refersToOne } from './references.js';
import { defineRelation, type Relation } from './relation.js';
import { selectsPods } from './selects.js';

/** The objects of a kind that an object controls. */
const controls = <T extends KubeObject>(on: Resource<T>, field: string, to: Resource, description: string): Relation =>
  defineRelation<T>({
    on,
    field,
    description,
    to,
    list: true,
    resolve: (object, context, selectors) => controlledBy(object, to, context, selectors),
  });

/** The object of a kind that controls an object; none if another one has its name by now. */
const controlledByOne = <T extends KubeObject>(on: Resource<T>, field: string, to: Resource): Relation =>
  defineRelation<T>({
    on,
    field,
    description: `The ${to.kind} that controls this ${on.kind}.`,
    to,
    list: false,
    async resolve(object, { loaders }) {
      const controller = controllerOf(object);
      if (controller?.kind !== to.kind) return undefined;
      const found = await loaders.get(to, controller.name, object.metadata.namespace);
      return found?.metadata.uid === controller.uid ? found : undefined;
    },
  });

const autoscalersByTarget: Grouping<autoscalingv2.HorizontalPodAutoscaler> = {
  name: 'target',
  keys: ({ spec }) => (spec ? [`${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`] : []),
};

const autoscalersOf = <T extends KubeObject>(on: Resource<T>): Relation =>
  referredToBy({
    on,
    field: 'horizontalPodAutoscalers',
    description: `The autoscalers that scale this ${on.kind}.`,
    to: HorizontalPodAutoscaler,
    by: autoscalersByTarget,
    keys: ({ metadata }) => [`${on.kind}/${metadata.name}`],
  });

/** The claims of a StatefulSet: `TEMPLATE-NAME-ORDINAL`. */
const setClaims = referredToBy<appsv1.StatefulSet, never>({
  on: StatefulSet,
  field: 'persistentVolumeClaims',
  description: 'The PersistentVolumeClaims that were made from the templates of this StatefulSet.',
  to: PersistentVolumeClaim as never,
  by: { name: 'ordinal', keys: ({ metadata }: KubeObject) => /^(.+)-\d+$/.exec(metadata.name)?.slice(1) ?? [] },
  keys: ({ metadata, spec }) => (spec.volumeClaimTemplates ?? []).map((template) => `${template.metadata?.name}-${metadata.name}`),
});

/** From workloads to what they control, and back. */
export const workloadRelations: readonly Relation[] = [
  controls(Deployment, 'replicaSets', ReplicaSet, 'The ReplicaSets this Deployment controls, old and new.'),
  defineRelation<appsv1.Deployment>({
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
  }),
  ...[ReplicaSet, ReplicationController, StatefulSet, DaemonSet, Job].map((kind) =>
    controls<KubeObject>(kind as Resource, 'pods', Pod, `The Pods this ${kind.kind} controls.`),
  ),
  ...[StatefulSet, DaemonSet].map((kind) =>
    controls<KubeObject>(kind as Resource, 'controllerRevisions', ControllerRevision, `The revisions of this ${kind.kind}.`),
  ),
  controls(CronJob, 'jobs', Job, 'The Jobs created by this CronJob.'),
  controlledByOne(ReplicaSet, 'deployment', Deployment),
  controlledByOne(Job, 'cronJob', CronJob),
  refersToOne({
    on: StatefulSet,
    field: 'service',
    description: 'The Service that gives the pods of this StatefulSet their names.',
    to: Service,
    at: ({ spec }) => ({ name: spec.serviceName }),
  }),
  setClaims,
  ...[Deployment, ReplicaSet, StatefulSet, ReplicationController].map((kind) => autoscalersOf<KubeObject>(kind as Resource)),
  defineRelation<autoscalingv2.HorizontalPodAutoscaler>({
    on: HorizontalPodAutoscaler,
    field: 'target',
    description: 'The object that this autoscaler scales.',
    list: false,
    async resolve({ metadata, spec }, { loaders, kinds }) {
      if (!spec) return undefined;
      const { apiVersion = '', kind, name } = spec.scaleTargetRef;
      const { group } = parseGroupVersion(apiVersion);
      // Its version does not matter (pkg/controller/podautoscaler/horizontal.go, scaleForResourceMappings).
      const inGroup = ({ info }: GraphKind): boolean => info.group === group && info.kind === kind;
      const resource = kinds.resource(apiVersion, kind) ?? kinds.stored.find(inGroup)?.info;
      return resource && loaders.get(resource, name, metadata.namespace);
    },
  }),
  selectsPods({
    on: PodDisruptionBudget,
    description: 'The Pods that this budget selects.',
    selector: ({ spec }) => spec?.selector,
  }),
];
