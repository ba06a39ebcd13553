import type { corev1, ResourceInfo } from '#api';
import { CustomSchema } from '#apiextensions';
import { type KubeObject, notFound } from '#apimachinery';
import { type AddOn, type Column, type CustomKind, type RestScope, type StorageProvider, selectionOf, unstored } from '#apiserver';
import { conditionOf, type PodMetrics } from '#component-helpers';
import { nameColumn } from '../columns.js';
import { loads } from './load.js';
import { type NodeMetrics, nodeMetrics, podMetrics } from './measure.js';

const GROUP = 'metrics.k8s.io';
const VERSION = 'v1beta1';

/** The pods of a namespace, or of the cluster, with the load on them. */
async function loadedPods({ cluster }: RestScope, namespace: string): Promise<{ pods: corev1.Pod[]; loadOf: (pod: corev1.Pod) => number }> {
  const pods = await cluster.reader.list<corev1.Pod>('', 'pods', namespace);
  const services = await cluster.reader.list<corev1.Service>('', 'services', namespace);
  const load = loads(pods, services);
  return { pods, loadOf: ({ metadata }) => load.get(metadata.uid ?? '') ?? 0 };
}

const pods: StorageProvider = {
  group: GROUP,
  resource: 'pods',
  subresource: '',
  capabilities: () => ({
    async get(scope) {
      const { pods: all, loadOf } = await loadedPods(scope, scope.namespace);
      const pod = all.find(({ metadata }) => metadata.name === scope.name);
      const metrics = pod && podMetrics(pod, scope.cluster.clock.now(), loadOf(pod));
      if (metrics === undefined) throw notFound({ group: GROUP, resource: 'pods' }, `${scope.namespace}/${scope.name}`);
      return unstored(metrics);
    },
    async list(scope, options) {
      const { matches } = selectionOf(scope.resource, scope.namespace, scope.name, options);
      const { pods: all, loadOf } = await loadedPods(scope, scope.namespace);
      const items: Array<ReturnType<typeof unstored>> = [];
      for (const pod of all) {
        const pending = scope.work.pause();
        if (pending) await pending;
        if (matches?.({ value: '', revision: 0, object: pod }) === false) continue;
        const metrics = podMetrics(pod, scope.cluster.clock.now(), loadOf(pod));
        if (metrics !== undefined) items.push(unstored(metrics));
      }
      return { items, revision: 0, continue: '' };
    },
  }),
};

/** A node whose kubelet answers. */
const isReady = ({ status }: corev1.Node): boolean => conditionOf(status?.conditions, 'Ready')?.status === 'True';

async function nodesOf(scope: RestScope, wanted: (node: corev1.Node) => boolean): Promise<NodeMetrics[]> {
  const nodes = (await scope.cluster.reader.list<corev1.Node>('', 'nodes')).filter((node) => isReady(node) && wanted(node));
  const { pods: all, loadOf } = await loadedPods(scope, '');
  const byNode = new Map<string, corev1.Pod[]>(nodes.map(({ metadata }) => [metadata.name, []]));
  for (const pod of all) byNode.get(pod.spec.nodeName ?? '')?.push(pod);
  const now = scope.cluster.clock.now();
  const metrics: NodeMetrics[] = [];
  for (const node of nodes) {
    const pending = scope.work.pause();
    if (pending) await pending;
    metrics.push(nodeMetrics(node, byNode.get(node.metadata.name) ?? [], now, loadOf));
  }
  return metrics;
}

const nodes: StorageProvider = {
  group: GROUP,
  resource: 'nodes',
  subresource: '',
  capabilities: () => ({
    async get(scope) {
      const [found] = await nodesOf(scope, ({ metadata }) => metadata.name === scope.name);
      if (found === undefined) throw notFound({ group: GROUP, resource: 'nodes' }, scope.name);
      return unstored(found);
    },
    async list(scope, options) {
      const { matches } = selectionOf(scope.resource, '', scope.name, options);
      const found = await nodesOf(scope, (object) => matches?.({ value: '', revision: 0, object }) !== false);
      return { items: found.map(unstored), revision: 0, continue: '' };
    },
  }),
};

const text = { type: 'string' } as const;
const usage = { type: 'object', additionalProperties: text } as const;
const measured = { apiVersion: text, kind: text, metadata: { type: 'object' }, timestamp: text, window: text } as const;

interface Shape {
  kind: string;
  resource: string;
  namespaced: boolean;
  properties: ConstructorParameters<typeof CustomSchema>[1]['properties'];
  columns: readonly Column[];
}

function kindOf({ kind, resource, namespaced, properties, columns }: Shape, provider: StorageProvider): CustomKind {
  const info: ResourceInfo = {
    group: GROUP,
    version: VERSION,
    resource,
    singular: '',
    kind,
    namespaced,
    verbs: ['get', 'list'],
    subresources: {},
  };
  const schema = new CustomSchema(kind, { type: 'object', properties: { ...measured, ...properties } }, false);
  return { versions: [{ info, schema, strategy: { group: GROUP, resource, columns } }], providers: [provider] };
}

const usedColumn = (name: string, of: (object: KubeObject) => string): Column => ({ name, type: 'string', cell: of });
const windowColumn = usedColumn('Window', (object) => (object as PodMetrics).window);
const containers = { type: 'array', items: { type: 'object', properties: { name: text, usage } } } as const;
const cpuColumn = usedColumn('cpu', (object) => (object as NodeMetrics).usage.cpu ?? '');
const memoryColumn = usedColumn('memory', (object) => (object as NodeMetrics).usage.memory ?? '');

/** What metrics-server answers while one of its pods is ready: nothing is stored, all is computed when it is read. */
export const resourceMetrics: AddOn = {
  group: GROUP,
  version: VERSION,
  kinds: new Map([
    [
      `nodes.${GROUP}`,
      kindOf(
        {
          kind: 'NodeMetrics',
          resource: 'nodes',
          namespaced: false,
          properties: { usage },
          columns: [nameColumn, cpuColumn, memoryColumn, windowColumn],
        },
        nodes,
      ),
    ],
    [
      `pods.${GROUP}`,
      kindOf(
        { kind: 'PodMetrics', resource: 'pods', namespaced: true, properties: { containers }, columns: [nameColumn, windowColumn] },
        pods,
      ),
    ],
  ]),
};
