import {
  GraphQLBoolean,
  GraphQLFloat,
  type GraphQLInputFieldConfigMap,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLObjectType,
  type GraphQLScalarType,
  GraphQLString,
} from 'graphql';
import type { GraphContext } from './context.js';
import { faultArguments, faultFields } from './fault-fields.js';
import type { GraphFaultRequest } from './faults.js';
import type { GraphTemplate } from './organizations.js';
import { listOf, nullableListOf, required } from './output-types.js';
import { StringMap, Time } from './scalars.js';

/** Optional fields that are the same in an answer and in a request. */
const scalars = (fields: Readonly<Record<string, [GraphQLScalarType, string]>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, [type, description]]) => [name, { type, description }]));

const capacity = scalars({
  cpu: [GraphQLString, 'Default: 4.'],
  memory: [GraphQLString, 'Default: 8Gi.'],
  pods: [GraphQLInt, 'How many may run on it. Default: 110.'],
});
const node = {
  ...capacity,
  ...scalars({
    labels: [StringMap, 'Besides those that every node has.'],
    zone: [GraphQLString, 'Its label topology.kubernetes.io/zone.'],
    region: [GraphQLString, 'Its label topology.kubernetes.io/region.'],
    version: [GraphQLString, 'Of its kubelet. Default: that of the template.'],
  }),
};
const clock = scalars({
  rate: [GraphQLFloat, 'Of a scaled clock: how many times as fast as the machine.'],
  startAt: [Time, 'The initial time. Default: now.'],
});
const template = scalars({
  version: [GraphQLString, 'The version of Kubernetes that is shown, such as v1.35.3.'],
  cloud: [GraphQLBoolean, 'The nodes are machines of a cloud.'],
  storage: [GraphQLString, 'local-path: volumes are provisioned as in kind.'],
  profile: [GraphQLString, 'realistic or instant.'],
});

const manifests = { type: GraphQLString, description: 'Objects to start with: YAML or JSON, created in their order.' };
const text = required(GraphQLString);
const taint = {
  key: { type: text, description: 'The first part of its name: dedicated, example.com/gpu.' },
  ...scalars({ value: [GraphQLString, 'What may stand behind the key.'] }),
  effect: { type: text, description: 'NoSchedule, PreferNoSchedule or NoExecute.' },
};
const TAINT = 'A taint, which keeps pods that do not tolerate it off a node.';
const NODE = 'A node that clusters of a template start with.';
const FAULT = 'What is broken in clusters of a template from the beginning.';
const TAINTS = 'What keeps pods off it.';
const CLOCK = 'How time goes in a cluster.';
const MODES = 'real, scaled, frozen or stepped.';
const FAULTS = 'What is broken from the beginning.';

/** The type of a template. */
export const templateType = new GraphQLObjectType<GraphTemplate, GraphContext>({
  name: 'ClusterTemplate',
  description: 'What clusters can be made from.',
  fields: {
    name: { type: text, description: 'What it was stored under.' },
    nodes: {
      type: listOf(
        new GraphQLObjectType<object, GraphContext>({
          name: 'TemplateNode',
          description: NODE,
          fields: {
            name: { type: text, description: 'What the node is called: worker-1.' },
            role: { type: text, description: 'control-plane or worker.' },
            ...node,
            taints: {
              type: nullableListOf(new GraphQLObjectType({ name: 'TemplateTaint', description: TAINT, fields: taint })),
              description: TAINTS,
            },
          },
        }),
      ),
      description: 'The nodes that clusters of it start with.',
    },
    ...template,
    manifests: { ...manifests, resolve: (shown) => (typeof shown.manifests === 'function' ? shown.manifests() : shown.manifests) },
    faults: {
      type: listOf(
        new GraphQLObjectType<GraphFaultRequest, GraphContext>({ name: 'TemplateFault', description: FAULT, fields: faultFields }),
      ),
      description: FAULTS,
      resolve: ({ faults = [] }) => faults,
    },
    clock: {
      type: new GraphQLObjectType({
        name: 'TemplateClock',
        description: CLOCK,
        fields: { mode: { type: text, description: MODES }, ...clock },
      }),
      description: CLOCK,
    },
    createdAt: { type: required(Time), description: 'When it was stored.' },
  },
});

const input = (name: string, description: string, fields: GraphQLInputFieldConfigMap) =>
  new GraphQLInputObjectType({ name, description, fields });
const inputs = (type: GraphQLInputObjectType) => nullableListOf(type);

const nodesInput = input('TemplateNodesInput', 'Nodes of a template that are all alike.', {
  count: { type: GraphQLInt, description: 'Including the control plane. Default: 3.' },
  controlPlanes: { type: GraphQLInt, description: 'How many of them run the control plane. Default: 1.' },
  ...capacity,
  preset: { type: GraphQLString, description: 'How they are named: kubeadm, kind, killercoda or minikube. Default: kubeadm.' },
});

const nodeInput = input('TemplateNodeInput', NODE, {
  name: { type: text, description: 'What the node is called: worker-1.' },
  role: { type: GraphQLString, description: 'control-plane or worker. Default: worker.' },
  ...node,
  taints: { type: inputs(input('TemplateTaintInput', TAINT, taint)), description: TAINTS },
});

/** The clock of new clusters. */
export const clockInput = input('TemplateClockInput', CLOCK, { mode: { type: text, description: MODES }, ...clock });

/** What a template is made of. */
export const templateInput = input('ClusterTemplateInput', 'What clusters of a template start with.', {
  nodes: { type: nodesInput, description: 'The nodes by number.' },
  namedNodes: { type: inputs(nodeInput), description: 'Alternatively: one by one.' },
  ...template,
  manifests,
  faults: { type: inputs(input('TemplateFaultInput', FAULT, faultArguments)), description: FAULTS },
  clock: { type: clockInput, description: CLOCK },
});
