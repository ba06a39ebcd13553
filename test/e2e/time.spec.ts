import { ClusterApi, type Json } from '../cluster-api.js';
import { type MadeCluster, type Service, startService, until } from '../service.js';

let service: Service;
const opened: ClusterApi[] = [];
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  for (const api of opened) api.close();
  await service?.stop();
});

const headers = { 'content-type': 'application/json' };
async function platform(method: string, at: string, body?: unknown): Promise<{ status: number; body: Json }> {
  const path = `/platform/v1/clusters${at}`;
  const answer = await service.request(path, {
    method,
    token: service.adminToken,
    ...(body === undefined ? {} : { headers, body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: answer.headers['content-type']?.includes('json') ? JSON.parse(answer.text) : answer.text };
}
const apiOf = (made: MadeCluster): ClusterApi => {
  const api = new ClusterApi(service, made);
  opened.push(api);
  return api;
};
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const pods = '/api/v1/namespaces/default/pods';
const deployment = (replicas: number) => ({
  metadata: { name: 'web' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } },
  },
});
const running = async (api: ClusterApi): Promise<number> =>
  (await api.must('GET', pods)).items.filter(({ status }: Json) => status.phase === 'Running').length;

test('a cluster is kept, forked, restored and reset while its credentials stay valid', async () => {
  const made = await service.createCluster({ name: 'original', profile: 'instant' });
  const api = apiOf(made);
  await api.must('POST', deployments, deployment(2));
  expect(await until(async () => (await running(api)) === 2)).toBe(true);
  expect((await platform('POST', `/${made.id}/snapshots`, { name: 'two' })).status).toBe(201);
  await api.must('DELETE', `${deployments}/web`);
  expect(await until(async () => (await running(api)) === 0)).toBe(true);

  const fork = await platform('POST', `/${made.id}/fork`, { name: 'copy', snapshot: 'two' });
  expect(fork.status).toBe(201);
  const copy = apiOf(fork.body as MadeCluster);
  expect(await running(copy)).toBe(2);
  await copy.must('PATCH', `${deployments}/web`, { spec: { replicas: 3 } }, { type: 'application/merge-patch+json' });
  expect(await until(async () => (await running(copy)) === 3)).toBe(true);
  expect((await service.request(`/clusters/${made.id}${pods}`, { token: fork.body.token })).status).toBe(401);

  const before = Number((await api.must('GET', pods)).metadata.resourceVersion);
  const watch = service.request(`/clusters/${made.id}${pods}?watch=1`, { token: made.token });
  expect((await platform('POST', `/${made.id}/restore`, { snapshot: 'two' })).body.revision).toBeGreaterThan(before);
  expect((await watch).text).toContain('"code":410');
  expect(await running(api)).toBe(2);
  await api.must('PATCH', `${deployments}/web`, { spec: { replicas: 4 } }, { type: 'application/merge-patch+json' });
  expect(await until(async () => (await running(api)) === 4)).toBe(true);

  expect((await platform('POST', `/${made.id}/reset`, {})).status).toBe(200);
  expect([await running(api), (await api.must('GET', '/api/v1/nodes')).items.length]).toEqual([0, 3]);
  await api.must('POST', deployments, deployment(1));
  expect(await until(async () => (await running(api)) === 1)).toBe(true);
  expect((await platform('DELETE', `/${made.id}/snapshots/two`)).status).toBe(204);
});

test('a clock changes its mode while the cluster works', async () => {
  const made = await service.createCluster({
    name: 'clock',
    profile: 'realistic',
    clock: { mode: 'stepped', startAt: '2030-01-01T00:00:00Z' },
  });
  const api = apiOf(made);
  await api.must('POST', deployments, deployment(1));
  expect((await platform('POST', `/${made.id}/clock/advance`, { by: '0s' })).body.now).toBe('2030-01-01T00:00:00.000Z');
  expect(await running(api)).toBe(0);
  const scaled = await platform('PATCH', `/${made.id}`, { clock: { mode: 'scaled', rate: 600 } });
  expect(scaled.body.clock).toMatchObject({ mode: 'scaled', rate: 600, now: expect.stringMatching(/^2030-01-01T00:/) });
  expect(await until(async () => (await running(api)) === 1)).toBe(true);
  const frozen = await platform('PATCH', `/${made.id}`, { clock: { mode: 'frozen' } });
  expect(frozen.body.clock.mode).toBe('frozen');
  expect((await platform('POST', `/${made.id}/clock/advance`, { by: '1s' })).status).toBe(409);
  expect((await platform('GET', `/${made.id}`)).body.clock).toEqual(frozen.body.clock);
  await platform('PATCH', `/${made.id}`, { clock: { mode: 'stepped' } });
  const advanced = await platform('POST', `/${made.id}/clock/advance`, { by: '1h' });
  expect(Date.parse(advanced.body.now) - Date.parse(frozen.body.clock.now)).toBe(3_600_000);
});
