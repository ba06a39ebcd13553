import type { Json } from '../cluster-api.js';
import { type MadeCluster, type Service, startService } from '../service.js';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service?.stop());

const headers = { 'content-type': 'application/json' };

const graph = async (made: MadeCluster, token: string, query: string): Promise<Json> => {
  const answer = await service.request(`/graphql?cluster=${made.id}`, { method: 'POST', token, headers, body: JSON.stringify({ query }) });
  return JSON.parse(answer.text);
};

const platform = (method: string, at: string, body: object) =>
  service.request(`/platform/v1/clusters${at}`, { method, token: service.adminToken, headers, body: JSON.stringify(body) });

test('GraphQL asks the clusters of an organization the same question, with the token of the platform', async () => {
  const made = await service.createCluster({ name: 'org-asks', profile: 'instant', nodes: { count: 1 } });
  const other = await service.createCluster({ name: 'org-other', profile: 'instant', nodes: { count: 2 } });
  const asked = (query: string, token = service.adminToken) => graph(made, token, query);
  const named = `named: ["org-other", "${made.id}"]`;
  const { data, errors } = await asked(`{ organization { clusters(${named}) {
    id name revision health { nodes nodesReady unhealthyComponents faults }
    graph { cluster { id name } nodes { items { metadata { name } pods(labelSelector: "component=etcd") { node { metadata { name } } } } } }
  } } }`);
  expect(errors).toBeUndefined();
  const shown = (data.organization.clusters as Json[]).map(({ id, name, revision, health, graph: within }) => ({
    id,
    name,
    revision: revision > 0,
    health,
    cluster: within.cluster,
    nodes: within.nodes.items.length,
  }));
  const health = (nodes: number) => ({ nodes, nodesReady: nodes, unhealthyComponents: [], faults: 0 });
  const [asking, second] = [made, other].map(({ id }, at) => {
    const [name, nodes] = [['org-asks', 'org-other'][at] ?? '', shown[at]?.nodes];
    return { id, name, revision: true, health: health(nodes), cluster: { id, name }, nodes };
  });
  expect(shown).toEqual([asking, second]);
  expect(shown[1]?.nodes - shown[0]?.nodes).toBe(1);

  await platform('POST', `/${other.id}/faults`, { type: 'stop', component: 'kube-apiserver' });
  const page = await asked(
    `{ organization { clusters(${named}) { name health { faults } graph { pods(limit: 1) { items { kind } } } } } }`,
  );
  expect(page.data.organization.clusters).toEqual([
    { name: 'org-asks', health: { faults: 0 }, graph: { pods: { items: [{ kind: 'Pod' }] } } },
    { name: 'org-other', health: null, graph: { pods: null } },
  ]);
  const failed = page.errors.map(({ path, extensions }: Json) => [path.slice(2).join('.'), extensions.code]);
  expect(failed.sort()).toEqual([
    ['1.graph.pods', 'SERVICE_UNAVAILABLE'],
    ['1.health', 'SERVICE_UNAVAILABLE'],
  ]);

  const refusal = async (query: string, token?: string) => (await asked(query, token)).errors?.map(({ message }: Json) => message);
  expect(await refusal('{ organization { clusters(named: ["none"]) { id } } }')).toEqual([
    'there is no cluster "none" in the organization',
  ]);
  expect(await refusal('{ organization { clusters(limit: 1000) { id } } }')).toEqual(['limit must be between 1 and 100']);
  const own = await asked('{ cluster { id } organization { clusters { id } } }', made.token);
  expect(own.data).toEqual({ cluster: { id: made.id }, organization: null });
  expect(own.errors.map(({ extensions }: Json) => extensions.code)).toEqual(['FORBIDDEN']);
});
