import path from 'node:path';

interface Chain {
  title: string;
  steps: Record<string, unknown>[];
}
interface Row {
  lane: number;
  at?: number;
  cause?: number;
  text: string;
  changed: string;
  revision?: string;
}
const load = (file: string): Promise<unknown> => import(path.join(import.meta.dirname, file));
const { chainsOf } = (await load('chains-of-result.js')) as { chainsOf(result: { query: string; data: unknown }): Chain[] | undefined };
const { timelineOf } = (await load('timeline-of-chain.js')) as {
  timelineOf(steps: unknown[]): { lanes: string[]; rows: Row[]; isCertain: boolean };
};

const drawn = (chain: Chain | undefined) => {
  const { lanes, rows, isCertain } = timelineOf(chain?.steps ?? []);
  return { isCertain, rows: rows.map(({ lane, at, cause, revision, text, changed }) => [lanes[lane], at, cause, revision, text, changed]) };
};

test('steps are those of eventChain, traceOf and causes, under any alias', () => {
  const query = 'query { went: traceOf(kind: "deploy", name: "web") { who: component ...T } } fragment T on ChainStep { what: summary }';
  const data = { went: [{ who: 'kubelet', what: 'a' }] };
  expect(chainsOf({ query, data })).toEqual([{ title: '', steps: [{ component: 'kubelet', summary: 'a', path: 'data.went[0]' }] }]);
  const event = { query: 'subscription { eventChain(kind: "po", name: "a") { summary } }', data: { eventChain: { summary: 'a' } } };
  expect(chainsOf(event)).toEqual([{ title: '', steps: [{ summary: 'a', path: 'data.eventChain' }] }]);
  expect(chainsOf({ query: '{ pods { items { metadata { name } } } }', data: { pods: {} } })).toBeUndefined();
  expect(chainsOf({ query: '{ traceOf { summary } }', data: { traceOf: null } })).toEqual([{ title: '', steps: [] }]);
});

const lines = [
  '+0.000s 293 kubernetes-admin created Deployment web',
  '+0.003s 297 replicaset-controller created Pod web-1 ← 293',
  '+0.440s 301 kube-scheduler: Pod web-1 bound to node a (.spec.nodeName = "a", .status.conditions = [{"type":"Pod…) ← 297',
];

test('why of an object, by its lines alone', () => {
  const [chain] =
    chainsOf({
      query: '{ pods { items { m: metadata { n: name } w: why(field: "spec.nodeName") { line } } } }',
      data: {
        pods: {
          items: [
            { m: { n: 'web-1' }, w: lines.map((line) => ({ line })) },
            { m: { n: 'web-2' }, w: null },
          ],
        },
      },
    }) ?? [];
  expect([chain?.title, chain?.steps.map(({ path: at }) => at)]).toEqual([
    'Why Pod web-1',
    [0, 1, 2].map((i) => `data.pods.items[0].w[${i}]`),
  ]);
  expect(drawn(chain)).toEqual({
    isCertain: true,
    rows: [
      ['kubernetes-admin', 0, undefined, '293', 'created Deployment web', ''],
      ['replicaset-controller', 3, 0, '297', 'created Pod web-1', ''],
      ['kube-scheduler', 440, 1, '301', 'Pod web-1 bound to node a', '.spec.nodeName = "a", .status.conditions = [{"type":"Pod…'],
    ],
  });
});

test('history of objects, one chain each, the oldest write first; what each changed', () => {
  const changes = [
    { path: '.status.phase', from: 'Pending', to: 'Running' },
    { path: '.status.podIP', from: null, to: '10.244.0.2' },
    { path: '.status.hostIP', from: '1', to: null },
  ];
  const chains = chainsOf({
    query:
      '{ a: pod(name: "web-1") { kind history { revision at component summary changes { path from to } } } b: configMap { metadata { name } history { line } } }',
    data: {
      a: {
        kind: 'Pod',
        history: [
          { revision: '313', at: '2026-11-22T23:38:08.452Z', component: 'kubelet', summary: 'kubelet updated Pod web-1', changes },
          {
            revision: '295',
            at: '2026-11-22T23:38:08.399Z',
            component: 'replicaset-controller',
            summary: 'replicaset-controller created Pod web-1',
            changes: null,
          },
        ],
      },
      b: { metadata: { name: 'c' }, history: [{ line: '2026-11-22T23:38:08.452Z 9 jane updated ConfigMap c (.data.a = "(")' }] },
    },
  });
  expect(chains?.map(({ title }) => title)).toEqual(['History of a', 'History of ConfigMap c']);
  expect(drawn(chains?.[0]).rows).toEqual([
    ['replicaset-controller', 0, undefined, '295', 'created Pod web-1', ''],
    ['kubelet', 53, undefined, '313', 'updated Pod web-1', '.status.phase: "Pending" → "Running", .status.podIP = "10.244.0.2", 1 more'],
  ]);
  expect(drawn(chains?.[1]).rows).toEqual([['jane', 0, undefined, '9', 'updated ConfigMap c', '.data.a = "("']]);
});

test('the causes of a version of an object', () => {
  const chains = chainsOf({
    query: '{ pod(name: "a") { metadata { name } history { revision causes { line } } } }',
    data: { pod: { metadata: { name: 'a' }, history: [{ revision: '297', causes: lines.slice(0, 2).map((line) => ({ line })) }] } },
  });
  expect(chains?.map(({ title, steps }) => [title, steps.length])).toEqual([
    ['History of Pod a', 1],
    ['Causes of Pod a', 2],
  ]);
});

test('a field history of a kind of one’s own is no chain', () => {
  const query = '{ clusterVersions { items { metadata { name } status { history { state } } } } }';
  expect(
    chainsOf({ query, data: { clusterVersions: { items: [{ metadata: { name: 'v' }, status: { history: [{ state: 'x' }] } }] } } }),
  ).toBeUndefined();
});
