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
const scalars = (fields: Readonly<Record<string, [GraphQLScalarType, string?]>>) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, [type, description]]) => [name, { type, ...(description !== undefined && { description }) }]),
  );

const taint = scalars({ value: [GraphQLString] });
const node = scalars({
  cpu: [GraphQLString, 'Default: 4.'],
  memory: [GraphQLString, 'Default: 8Gi.'],
  pods: [GraphQLInt, 'Default: 110.'],
  labels: [StringMap],
  zone: [GraphQLString],
  region: [GraphQLString],
  version: [GraphQLString, 'Of its kubelet. Default: that of the template.'],
});
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
const MODES = 'real, scaled, frozen or stepped.';
const FAULTS = 'What is broken from the beginning.';

/** The type of a template. */
export const templateType = new GraphQLObjectType<GraphTemplate, GraphContext>({
  name: 'ClusterTemplate',
  description: 'What clusters can be made from.',
  fields: {
    name: { type: text },
    nodes: {
      type: listOf(
        new GraphQLObjectType<object, GraphContext>({
          name: 'TemplateNode',
          fields: {
            name: { type: text },
            role: { type: text, description: 'control-plane or worker.' },
            ...node,
            taints: {
              type: nullableListOf(
                new GraphQLObjectType({ name: 'TemplateTaint', fields: { key: { type: text }, ...taint, effect: { type: text } } }),
              ),
            },
          },
        }),
      ),
    },
    ...template,
    manifests: { ...manifests, resolve: (shown) => (typeof shown.manifests === 'function' ? shown.manifests() : shown.manifests) },
    faults: {
      type: listOf(new GraphQLObjectType<GraphFaultRequest, GraphContext>({ name: 'TemplateFault', fields: faultFields })),
      description: FAULTS,
      resolve: ({ faults = [] }) => faults,
    },
    clock: {
      type: new GraphQLObjectType({ name: 'TemplateClock', fields: { mode: { type: text, description: MODES }, ...clock } }),
    },
    createdAt: { type: required(Time) },
  },
});

const input = (name: string, fields: GraphQLInputFieldConfigMap, description?: string) =>
  new GraphQLInputObjectType({ name, fields, ...(description !== undefined && { description }) });
const inputs = (type: GraphQLInputObjectType) => nullableListOf(type);

const nodesInput = input('TemplateNodesInput', {
  count: { type: GraphQLInt, description: 'Including the control plane. Default: 3.' },
  controlPlanes: { type: GraphQLInt, description: 'How many of them run the control plane. Default: 1.' },
  ...scalars({ cpu: [GraphQLString], memory: [GraphQLString], pods: [GraphQLInt] }),
  preset: { type: GraphQLString, description: 'How they are named: kubeadm, kind, killercoda or minikube. Default: kubeadm.' },
});

const nodeInput = input('TemplateNodeInput', {
  name: { type: text },
  role: { type: GraphQLString, description: 'control-plane or worker. Default: worker.' },
  ...node,
  taints: { type: inputs(input('TemplateTaintInput', { key: { type: text }, ...taint, effect: { type: text } })) },
});

/** The clock of new clusters. */
export const clockInput = input('TemplateClockInput', { mode: { type: text, description: MODES }, ...clock });

/** What a template is made of. */
export const templateInput = input('ClusterTemplateInput', {
  nodes: { type: nodesInput, description: 'The nodes by number.' },
  namedNodes: { type: inputs(nodeInput), description: 'Alternatively: one by one.' },
  ...template,
  manifests,
  faults: { type: inputs(input('TemplateFaultInput', faultArguments)), description: FAULTS },
  clock: { type: clockInput },
});
