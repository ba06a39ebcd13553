import {
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLInt,
  type GraphQLInterfaceType,
  type GraphQLOutputType,
} from 'graphql';
import { type appsv1, ControllerRevision, type corev1, Node, Pod, ReplicaSet, type Resource, ServiceAccount } from '#api';
import type { GraphContext } from './context.js';
import { podLogsField } from './pod-logs.js';
import { pendingFields } from './reasons/pending-fields.js';
import { podDecisionField } from './scheduling-fields.js';
import { podAmountFields } from './values/pod-amounts.js';
import { nodeUsageField, podUsedField } from './values/usage-fields.js';

type Fields = GraphQLFieldConfigMap<unknown, GraphContext>;

/** The template of a revision, of which the data are the part of the workload that it was made of (pkg/controller/history). */
const templateField = (type: GraphQLOutputType): Fields[string] => ({
  type,
  description: 'The template of the pods of this revision.',
  resolve: (revision) =>
    (revision as appsv1.ControllerRevision & { data?: { spec?: { template?: corev1.PodTemplateSpec } } }).data?.spec?.template,
});

const REVISION = 'deployment.kubernetes.io/revision';

/** The number of a ReplicaSet among the revisions of its Deployment. */
const revisionField: Fields[string] = {
  type: GraphQLInt,
  description: 'Which revision of its Deployment this is: kubectl rollout history counts so. Null without a Deployment.',
  resolve: (set) => Number((set as appsv1.ReplicaSet).metadata.annotations?.[REVISION]) || null,
};

interface Given {
  object: GraphQLInterfaceType;
  /** The type of pod templates; not asked for before it can be made. */
  template: () => GraphQLOutputType;
  /** The field of ServiceAccounts that says what they may do. */
  permissions: GraphQLFieldConfig<unknown, GraphContext>;
}

/** The fields that particular kinds have beside what the API says of them and their relations. */
export function kindFields({ object, template, permissions }: Given): (kind: Pick<Resource, 'group' | 'resource'>) => Fields {
  const pending = pendingFields(object);
  const own: ReadonlyArray<readonly [Resource, () => Fields]> = [
    [Pod, () => ({ ...podAmountFields, used: podUsedField, logs: podLogsField, decision: podDecisionField })],
    [Node, () => ({ usage: nodeUsageField })],
    [ControllerRevision, () => ({ template: templateField(template()) })],
    [ReplicaSet, () => ({ revision: revisionField })],
    [ServiceAccount, () => ({ permissions })],
  ];
  return (kind) => {
    const found = own.find(([{ group, resource }]) => group === kind.group && resource === kind.resource);
    return { ...found?.[1](), ...pending(kind) };
  };
}
