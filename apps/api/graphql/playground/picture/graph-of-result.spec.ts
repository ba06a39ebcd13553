import path from 'node:path';

interface PictureNode {
  id: string;
  kind: string;
  label: string;
  namespace?: string;
  path: string;
  root: boolean;
  status: { text: string; tone: string };
  object: unknown;
  count?: number;
}
interface Edge {
  from: string;
  to: string;
  fields: string[];
  count?: number;
}
interface Graph {
  nodes: PictureNode[];
  edges: Edge[];
}
interface Result {
  data: unknown;
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
  schema?: unknown;
}

const load = (file: string): Promise<unknown> => import(path.join(import.meta.dirname, file));
const { graphOfResult } = (await load('graph-of-result.js')) as { graphOfResult(result: Result): Graph };
const { groupsOf } = (await load('groups.js')) as {
  groupsOf(graph: Graph, expanded?: Map<string, number>): { boxes: PictureNode[]; edges: Edge[] };
};

const words = ({ nodes, edges }: Graph) => ({
  nodes: nodes.map(({ id, status }) => `${id}${status.text ? ` ${status.text} (${status.tone})` : ''}`),
  edges: edges.map(({ from, to, fields }) => `${from} ${fields.join()} ${to}`),
});

const pod = (name: string, phase = 'Running') => ({ metadata: { name }, status: { phase }, node: { metadata: { name: 'worker-1' } } });

test('objects are nodes, relations edges; an object met twice is one node', () => {
  const graph = graphOfResult({
    query:
      '{ deployments { items { metadata { name namespace } status { readyReplicas replicas } pods { metadata { name } status { phase } node { metadata { name } } } } } }',
    data: {
      deployments: {
        items: [
          {
            metadata: { name: 'web', namespace: 'shop' },
            status: { readyReplicas: 1, replicas: 2 },
            pods: [pod('web-1'), pod('web-2', 'Pending')],
          },
        ],
      },
    },
  });
  expect(words(graph)).toEqual({
    nodes: ['Deployment/shop/web 1/2 ready (busy)', 'Pod/shop/web-1 Running (good)', 'Node//worker-1', 'Pod/shop/web-2 Pending (busy)'],
    edges: [
      'Deployment/shop/web pods Pod/shop/web-1',
      'Pod/shop/web-1 node Node//worker-1',
      'Deployment/shop/web pods Pod/shop/web-2',
      'Pod/shop/web-2 node Node//worker-1',
    ],
  });
  expect(graph.nodes.map(({ path: at }) => at)[1]).toBe('data.deployments.items[0].pods[0]');
  // What is a node of its own is left out.
  expect(graph.nodes[0]?.object).toEqual({ metadata: { name: 'web', namespace: 'shop' }, status: { readyReplicas: 1, replicas: 2 } });
});

test('aliases, fragments, arguments and variables tell what a part is', () => {
  const query = `
    # a comment with { braces }
    fragment Named on KubernetesObject { meta: metadata { called: name } }
    query Other { cluster { id } }
    query Chosen($in: String!) @live {
      few: pods(namespace: $in, labelSelector: "a in (b, {c})") { list: items { ...Named who: owner { ... on ReplicaSet { ...Named status { readyReplicas } } } } }
      one: object(kind: "deploy", name: "web") { ...Named }
    }`;
  const graph = graphOfResult({
    query,
    operationName: 'Chosen',
    variables: { in: 'shop' },
    data: {
      few: { list: [{ meta: { called: 'web-1' }, who: { meta: { called: 'web-rs' }, status: { readyReplicas: 1 } } }] },
      one: { meta: { called: 'web' } },
    },
  });
  expect(words(graph)).toEqual({
    nodes: ['Pod/shop/web-1', 'ReplicaSet/shop/web-rs', 'Deployment//web'],
    edges: ['Pod/shop/web-1 owner ReplicaSet/shop/web-rs'],
  });
});

test('an owner chain is a chain', () => {
  const graph = graphOfResult({
    query: '{ pod(name: "a") { metadata { name } ownerChain { kind metadata { name } } } }',
    data: {
      pod: {
        metadata: { name: 'a' },
        ownerChain: [
          { kind: 'Job', metadata: { name: 'j' } },
          { kind: 'CronJob', metadata: { name: 'c' } },
        ],
      },
    },
  });
  expect(words(graph).edges).toEqual(['Pod//a owner Job//j', 'Job//j owner CronJob//c']);
});

test('objects of one name in several namespaces are several, those of a Namespace in it', () => {
  const named = [{ metadata: { name: 'ca' } }, { metadata: { name: 'ca' } }];
  const list = graphOfResult({ query: '{ configMaps { items { metadata { name } } } }', data: { configMaps: { items: named } } });
  expect(list.nodes).toHaveLength(2);
  const nested = graphOfResult({
    query: '{ namespaces { items { metadata { name } configMaps { metadata { name } } } } }',
    data: { namespaces: { items: ['a', 'b'].map((name) => ({ metadata: { name }, configMaps: [{ metadata: { name: 'ca' } }] })) } },
  });
  expect(words(nested).nodes).toEqual(['Namespace//a', 'ConfigMap/a/ca', 'Namespace//b', 'ConfigMap/b/ca']);
});

test('events of a subscription change the objects; deleted ones are told', () => {
  const event = (type: string, resourceVersion: string, phase: string) => ({
    type,
    object: { metadata: { name: 'a', namespace: 'b', resourceVersion }, status: { phase } },
  });
  const query = 'subscription { pods { type object { metadata { name namespace resourceVersion } status { phase } } } }';
  const shown = (...pods: unknown[]) => words(graphOfResult({ query, data: { pods } })).nodes;
  expect(shown(event('ADDED', '1', 'Pending'), event('MODIFIED', '2', 'Running'))).toEqual(['Pod/b/a Running (good)']);
  // The newest one first, as a page may have it.
  expect(shown(event('MODIFIED', '2', 'Running'), event('ADDED', '1', 'Pending'))).toEqual(['Pod/b/a Running (good)']);
  expect(shown(event('ADDED', '1', 'Running'), event('DELETED', '3', 'Running'))).toEqual(['Pod/b/a deleted (none)']);
});

test('a schema tells kinds that the result does not, and what is no object', () => {
  const type = (name: string, fields: object, interfaces: string[] = []) => ({
    name,
    getFields: () => fields,
    getInterfaces: () => interfaces.map((one) => ({ name: one })),
  });
  const meta = { metadata: { type: type('ObjectMeta', {}) } };
  const template = type('PodTemplateSpec', meta);
  const tab = type(
    'CronTab',
    { ...meta, template: { type: template }, jobs: { type: { ofType: { ofType: type('Job', meta, ['KubernetesObject']) } } } },
    ['KubernetesObject'],
  );
  const schema = { getQueryType: () => type('Query', { crontabThing: { type: tab } }) };
  const graph = graphOfResult({
    schema,
    query: '{ crontabThing { metadata { name } template { metadata { name } } jobs { metadata { labels } } } }',
    data: { crontabThing: { metadata: { name: 'a' }, template: { metadata: { name: 't' } }, jobs: [{ metadata: { labels: {} } }] } },
  });
  expect(words(graph).nodes).toEqual(['CronTab//a', 'data.crontabThing.jobs[0]']);
  expect(graph.nodes.map(({ label }) => label)).toEqual(['a', 'Job 1']);
});

test('a result that is no object is no picture', () => {
  for (const data of [undefined, null, {}, { clock: { now: 'x' } }, { pods: null }]) {
    expect(graphOfResult({ query: '{ clock { now } pods { items { metadata { name } } } }', data })).toEqual({ nodes: [], edges: [] });
  }
});

test.each([
  ['Pod', { metadata: { deletionTimestamp: 'x' }, status: { phase: 'Running' } }, 'Terminating busy'],
  [
    'Pod',
    { status: { phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff' } } }] } },
    'ImagePullBackOff bad',
  ],
  ['Pod', { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] } }, 'Running, not ready busy'],
  ['Node', { spec: { unschedulable: true }, status: { conditions: [{ type: 'Ready', status: 'True' }] } }, 'Ready, cordoned busy'],
  ['Node', { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }, 'NotReady bad'],
  ['Deployment', { spec: { replicas: 2 }, status: { readyReplicas: null } }, '0/2 ready busy'],
  ['Deployment', { spec: { replicas: 0 }, status: { readyReplicas: null } }, '0 replicas none'],
  ['DaemonSet', { status: { numberReady: 3, desiredNumberScheduled: 3 } }, '3/3 ready good'],
  ['Job', { spec: { completions: 3 }, status: { succeeded: 1 } }, '1/3 succeeded busy'],
  ['PersistentVolumeClaim', { status: { phase: 'Bound' } }, 'Bound good'],
  ['CronTab', { status: { conditions: [{ type: 'Ready', status: 'False' }] } }, 'not ready busy'],
  ['ConfigMap', { metadata: { name: 'a' } }, ' none'],
  ['constructor', {}, ' none'],
])('the status of a %s', async (kind, object, expected) => {
  const { statusOf } = (await load('status-of-object.js')) as { statusOf(kind: string, object: unknown): { text: string; tone: string } };
  const { text, tone } = statusOf(kind, object);
  expect(`${text} ${tone}`).toBe(expected);
});

const many = (count: number) =>
  graphOfResult({
    query:
      '{ deployment { metadata { name } pods { metadata { name } status { phase } node { metadata { name } } events { reason type } } } }',
    data: {
      deployment: {
        metadata: { name: 'web' },
        pods: Array.from({ length: count }, (_, i) => ({
          ...pod(`web-${i}`, i === count - 1 ? 'Failed' : 'Running'),
          events: [{ reason: 'Pulled' }, { reason: 'Created' }, { reason: 'Started' }],
        })),
      },
    },
  });

test('equal siblings are grouped, those in trouble stay to be seen; a group shows more when asked', () => {
  const graph = many(50);
  const { boxes, edges } = groupsOf(graph);
  const pods = boxes.filter(({ kind }) => kind === 'Pod');
  expect(pods.map(({ label, count }) => label ?? count)).toEqual(['web-0', 'web-1', 'web-2', 'web-3', 'web-4', 'web-49', 44]);
  expect(pods.at(-1)?.status).toEqual({ text: '44 Running', tone: 'good' });
  const group = pods.at(-1)?.id ?? '';
  expect(edges.filter(({ from }) => from === group).map(({ to, count }) => [to.startsWith('Node') ? to : 'events', count])).toEqual([
    ['Node//worker-1', 44],
    ['events', 132],
  ]);
  expect(boxes.filter(({ kind }) => kind === 'Event').map(({ count, status }) => `${count} ${status.text}`)[0]).toBe(
    '3 Pulled, Created, Started',
  );
  const more = groupsOf(graph, new Map([[group, 1]])).boxes.filter(({ kind }) => kind === 'Pod');
  expect(more).toHaveLength(47);
});

test('no object is lost or shown twice, and the picture stays readable', () => {
  for (const count of [1, 8, 9, 10, 900]) {
    const graph = many(count);
    const { boxes, edges } = groupsOf(graph);
    expect(boxes.reduce((sum, box) => sum + (box.count ?? 1), 0)).toBe(graph.nodes.length);
    expect(boxes.length).toBeLessThan(60);
    const ids = new Set(boxes.map(({ id }) => id));
    expect(edges.every(({ from, to }) => ids.has(from) && ids.has(to))).toBe(true);
  }
});
