import https from 'node:https';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { ClusterApi } from '../cluster-api.js';
import { type Service, startService, until } from '../service.js';

let service: Service;
const agents: https.Agent[] = [];

beforeAll(async () => {
  service = await startService();
});

afterAll(async () => {
  for (const agent of agents) agent.destroy();
  await service?.stop();
});

async function madeCluster(name: string): Promise<ClusterApi> {
  return new ClusterApi(service, await service.createCluster({ name, profile: 'instant' }));
}

interface Stream {
  status: number;
  ended: boolean;
  end(): void;
}

/** A watch of ConfigMaps, optionally as another user. */
function watch({ prefix, cluster }: ClusterApi, as?: string): Promise<Stream> {
  const agent = new https.Agent({ ca: service.ca });
  agents.push(agent);
  const headers = { authorization: `Bearer ${cluster.token}`, ...(as ? { 'impersonate-user': as } : {}) };
  return new Promise((resolve, reject) => {
    const url = new URL(`${prefix}/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=3600`, service.origin);
    const call = https.get(url, { agent, headers }, (response) => {
      const stream: Stream = { status: response.statusCode ?? 0, ended: false, end: () => call.destroy() };
      response.resume();
      for (const how of ['end', 'close', 'error']) {
        response.on(how, () => {
          stream.ended = true;
        });
      }
      resolve(stream);
    });
    call.on('error', reject);
  });
}

/** A WebSocket of the graph with one subscription; resolves with its close code. */
async function socket({ cluster }: ClusterApi): Promise<{ closed: () => number | undefined }> {
  let code: number | undefined;
  const client = createClient({
    url: `${service.origin.replace('https', 'wss')}/graphql`,
    webSocketImpl: class extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols, { ca: service.ca });
      }
    },
    connectionParams: { authorization: `Bearer ${cluster.token}` },
    shouldRetry: () => false,
    lazy: false,
    onNonLazyError: () => undefined,
  });
  client.on('closed', (event) => {
    code = (event as { code: number }).code;
  });
  await new Promise<void>((resolve) => client.on('connected', () => resolve()));
  return { closed: () => code };
}

test('rotating a token ends the streams that were opened with it, and no others', async () => {
  const [own, other] = [await madeCluster('rotated'), await madeCluster('untouched')];
  const streams = [await watch(own), await watch(own, 'kubernetes-admin'), await watch(other)];
  const sockets = [await socket(own), await socket(other)];
  const rotated = await service.request(`/platform/v1/clusters/${own.cluster.id}/token`, { method: 'POST', token: service.adminToken });
  expect(rotated.status).toBe(201);
  expect(await until(() => streams[0]?.ended && sockets[0]?.closed() !== undefined, 60_000)).toBe(true);
  expect(sockets.map(({ closed }) => closed())).toEqual([4403, undefined]);
  expect(streams.map(({ ended }) => ended)).toEqual([true, expect.any(Boolean), false]);
  for (const { end } of streams) end();
});

test('deleting a cluster ends its watches and sockets', async () => {
  const own = await madeCluster('deleted');
  const stream = await watch(own);
  const graph = await socket(own);
  await service.request(`/platform/v1/clusters/${own.cluster.id}`, { method: 'DELETE', token: service.adminToken });
  expect(await until(() => stream.ended && graph.closed() === 4403, 60_000)).toBe(true);
});

test('a watch ends when its user is no longer bound to the role, and not before', async () => {
  const own = await madeCluster('bound');
  const bindings = '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings';
  const bind = (name: string, user: string) =>
    own.must('POST', bindings, {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    });
  await bind('bob', 'bob');
  await bind('bob-again', 'bob');
  await bind('eve', 'eve');
  const [bob, eve, admin] = [await watch(own, 'bob'), await watch(own, 'eve'), await watch(own)];
  expect([bob.status, eve.status, admin.status]).toEqual([200, 200, 200]);
  await own.must('DELETE', `${bindings}/bob`);
  await own.must('DELETE', `${bindings}/eve`);
  expect(await until(() => eve.ended, 60_000)).toBe(true);
  expect([bob.ended, admin.ended]).toEqual([false, false]);
  await own.must('DELETE', `${bindings}/bob-again`);
  expect(await until(() => bob.ended, 60_000)).toBe(true);
  expect(admin.ended).toBe(false);
  admin.end();
});
