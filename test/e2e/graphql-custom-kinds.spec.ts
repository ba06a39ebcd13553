import { ClusterApi, type Json } from '../cluster-api.js';
import { MoreProcesses } from '../more-processes.js';
import { type Service, startService, until } from '../service.js';

let service: Service;
let more: MoreProcesses;
beforeAll(async () => {
  service = await startService();
  more = new MoreProcesses(service);
});
afterAll(async () => {
  more?.kill();
  await service?.stop();
});

const text = { type: 'string' };
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const definition = (properties: object) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'boats.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'boats', kind: 'Boat' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
      },
    ],
  },
});

test('a custom kind has its types in every process of the api, and those of its changed schema', async () => {
  const made = await service.createCluster({ name: 'boats', profile: 'instant', nodes: { count: 1 } });
  const cluster = new ClusterApi(service, made);
  const asked = async (through: Service, query: string): Promise<Json> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await through.request('/graphql', { method: 'POST', token: made.token, headers, body: JSON.stringify({ query }) });
    return JSON.parse(answer.text);
  };
  const colour = '{ boats { items { metadata { name } spec { colour } } } }';
  expect((await asked(service, colour)).errors[0].message).toMatch(/^Cannot query field "boats" on type "Query"/);
  await cluster.must('POST', definitions, definition({ colour: text }));
  const boat = { apiVersion: 'example.com/v1', kind: 'Boat', metadata: { name: 'anna' }, spec: { colour: 'red', length: 7 } };
  await until(async () => (await cluster.call('POST', '/apis/example.com/v1/namespaces/default/boats', boat)).status === 201);
  const shown = { data: { boats: { items: [{ metadata: { name: 'anna' }, spec: { colour: 'red' } }] } } };
  expect(await asked(service, colour)).toMatchObject(shown);
  // A process that has not seen the cluster before.
  const { service: other } = await more.secondApi();
  expect(await asked(other, colour)).toMatchObject(shown);

  const { metadata } = await cluster.must('GET', `${definitions}/boats.example.com`);
  const next = definition({ colour: text, length: { type: 'integer' } });
  await cluster.must('PUT', `${definitions}/boats.example.com`, {
    ...next,
    metadata: { ...next.metadata, resourceVersion: metadata.resourceVersion },
  });
  const length = '{ boat(name: "anna") { spec { colour length } } }';
  for (const through of [service, other]) {
    await until(async () => (await asked(through, length)).errors === undefined);
    expect(await asked(through, length)).toMatchObject({ data: { boat: { spec: { colour: 'red', length: null } } } });
  }
  cluster.close();
});
