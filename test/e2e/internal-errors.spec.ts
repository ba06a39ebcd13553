import { readFileSync } from 'node:fs';
import path from 'node:path';
import { postgresStorage } from '#storage/postgres';
import { ClusterApi, type Json } from '../cluster-api.js';
import { environmentOfApi } from '../more-processes.js';
import { poolOf } from '../servers.js';
import { type Service, startService, until } from '../service.js';

const maps = '/api/v1/namespaces/default/configmaps';

let service: Service;
let cluster: ClusterApi;
beforeAll(async () => {
  service = await startService();
  cluster = new ClusterApi(service, await service.createCluster({ name: 'broken', profile: 'instant' }));
});
afterAll(async () => {
  cluster?.close();
  await service?.stop();
});

/** Replaces the stored text of an object by one that is not JSON. */
async function spoil(key: string): Promise<void> {
  const pool = poolOf({ connectionString: environmentOfApi(service, 'DATABASE_URL') });
  const store = postgresStorage(pool).open(cluster.cluster.id);
  const [stored] = await store.get([key]);
  const cause = { requestId: 'r', user: 'u' };
  await store.write([{ type: 'update', key, value: '{"secret-text', expected: stored?.modRevision ?? 0, cause, at: Date.now() }]);
  await pool.end();
}

test('a 500 is logged with its request id and stack, and the client only gets the id', async () => {
  await cluster.must('POST', maps, { metadata: { name: 'spoilt' } });
  await spoil('/registry/configmaps/default/spoilt');
  const answer = await cluster.call('GET', `${maps}/spoilt`, undefined, {
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  });
  const id = String(answer.headers['audit-id']);
  expect([answer.status, answer.json]).toEqual([
    500,
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `Internal error occurred: unexpected error, request ${id}`,
      reason: 'InternalError',
      details: { causes: [{ message: `unexpected error, request ${id}` }] },
      code: 500,
    },
  ]);
  expect(answer.text).not.toContain('secret-text');
  // The launcher writes the file from the process's output.
  const log = path.join(service.home, 'logs/api.log');
  const lines = () =>
    readFileSync(log, 'utf8')
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.includes(id))
      .map((line) => JSON.parse(line) as Json);
  await until(() => lines().length > 0);
  expect(lines()).toEqual([
    expect.objectContaining({
      level: 'error',
      requestId: id,
      err: expect.objectContaining({ type: 'SyntaxError', stack: expect.stringMatching(/^SyntaxError: .*\n {4}at /) }),
    }),
  ]);
});
