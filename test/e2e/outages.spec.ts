import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type EmbeddedServer, startPostgres, startRedis } from '#hosting/embedded';
import { ClusterApi, deploymentOf } from '../cluster-api.js';
import { type Service, startService, until } from '../service.js';

// Servers separate from the service, with passwords in their URLs, that this spec can stop.
const home = mkdtempSync(path.join(tmpdir(), 'orrery-outages-'));
const databasePassword = 'pw-of-the-database-4711';
let postgres: EmbeddedServer;
let redis: EmbeddedServer;
let service: Service;
let cluster: ClusterApi;
let redisPassword = '';

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres({ home }), startRedis({ home })]);
  redisPassword = new URL(redis.url).password;
  expect(redisPassword.length).toBeGreaterThan(20);
  const url = postgres.url.replace('//orrery@', `//orrery:${databasePassword}@`);
  service = await startService({ env: { DATABASE_URL: url, REDIS_URL: redis.url, LOG_LEVEL: 'debug' } });
  cluster = new ClusterApi(service, await service.createCluster({ name: 'kept', organization: 'demo', profile: 'instant' }));
});
afterAll(async () => {
  await service?.stop();
  await Promise.all([postgres?.stop(), redis?.stop()]);
  rmSync(home, { recursive: true, force: true });
});

const maps = '/api/v1/namespaces/default/configmaps';
const opsUrl = (name: string): string => {
  const { children } = JSON.parse(readFileSync(path.join(service.home, 'run.json'), 'utf8'));
  return children.find((child: { name: string }) => child.name === name).url;
};
const health = async (process: string) => {
  const answer = await fetch(`${opsUrl(process)}/readyz?verbose`);
  return { status: answer.status, lines: (await answer.text()).split('\n').filter((line) => /redis|postgres/.test(line)) };
};

test.each<[string, NodeJS.Signals, NodeJS.Signals]>([
  ['hangs', 'SIGSTOP', 'SIGCONT'],
  ['is gone', 'SIGKILL', 'SIGCONT'],
])('while Redis %s, reads and writes work, and the api is ready', async (how, away, back) => {
  const { pid } = redis;
  process.kill(pid, away);
  if (how === 'hangs')
    expect(await until(async () => (await health('api')).lines.includes('[+]redis degraded: reason withheld'))).toBe(true);
  expect(await service.request('/readyz')).toMatchObject({ status: 200, text: 'ok' });
  expect(await health('api')).toMatchObject({ status: 200 });
  const name = `while-redis-${how.replace(' ', '-')}`;
  await cluster.must('POST', maps, { metadata: { name } });
  expect((await cluster.must('GET', `${maps}/${name}`)).metadata.name).toBe(name);
  if (how === 'hangs') process.kill(pid, back);
  const well = { status: 200, lines: ['[+]postgres ok', '[+]redis ok'] };
  for (const each of ['api', 'worker'])
    expect(await until(async () => JSON.stringify(await health(each)) === JSON.stringify(well))).toBe(true);
});

test('clocks that are advanced while Redis is killed each get where they are', async () => {
  const startAt = '2026-01-01T00:00:00Z';
  const advance = async (id: string, by: string) => {
    const answer = await service.request(`/platform/v1/clusters/${id}/clock/advance`, {
      method: 'POST',
      token: service.adminToken,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ by }),
    });
    return [answer.status, JSON.parse(answer.text).now];
  };
  const minutes = [3, 5, 7];
  const clusters: string[] = [];
  for (const each of minutes) {
    const made = await service.createCluster({
      name: `turned-${each}`,
      organization: 'demo',
      nodes: { count: 2 },
      clock: { mode: 'stepped', startAt },
    });
    const api = new ClusterApi(service, made);
    await api.must('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentOf('web', 10));
    api.close();
    clusters.push(made.id);
  }
  const turning = Promise.all(clusters.map((id, index) => advance(id, `${minutes[index]}m`)));
  await sleep(100);
  process.kill(redis.pid, 'SIGKILL');
  expect(await turning).toEqual(minutes.map((each) => [200, `2026-01-01T00:0${each}:00.000Z`]));
});

test('an invalid message on any channel ends no process', async () => {
  const client = new Redis(redis.url);
  const before = service.said;
  const channels = (await client.pubsub('CHANNELS')) as string[];
  expect(channels).toContain('orrery:platform');
  for (const channel of channels) for (const message of ['{', 'null', '[]', '{"type":7}', '\u0000']) await client.publish(channel, message);
  client.disconnect();
  await cluster.must('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentOf('after', 1));
  const done = async () => (await cluster.must('GET', '/apis/apps/v1/namespaces/default/deployments/after')).status.readyReplicas === 1;
  expect(await until(done)).toBe(true);
  expect(service.said).toBe(before);
});

test('no password or token is in a log or on the terminal after all kinds of failures', async () => {
  process.kill(postgres.pid, 'SIGKILL');
  await cluster.call('POST', maps, { metadata: { name: 'meanwhile' } }).catch(() => undefined);
  process.kill(redis.pid, 'SIGKILL');
  expect(await until(async () => (await cluster.call('GET', maps).catch(() => undefined))?.status === 200)).toBe(true);
  // Many channels on one connection, which is lost: a warning about too many listeners would contain the connection.
  const more = await Promise.all(
    Array.from({ length: 24 }, (_, n) => service.createCluster({ name: `more-${n}`, organization: 'demo', profile: 'instant' })),
  );
  await Promise.all(more.map((made) => new ClusterApi(service, made).must('GET', maps)));
  process.kill(redis.pid, 'SIGKILL');
  expect(await until(async () => (await health('worker')).status === 200)).toBe(true);
  const folder = path.join(service.home, 'logs');
  const logs = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
  expect(logs.length).toBe(2);
  const keys = ['admin-token', 'token-key'].map((name) => readFileSync(path.join(service.home, name), 'utf8').trim());
  for (const text of [...logs, service.said]) {
    for (const secret of [databasePassword, redisPassword, cluster.cluster.token, ...more.map(({ token }) => token), ...keys])
      expect(text).not.toContain(secret);
    expect(text).not.toContain('MaxListenersExceeded');
  }
  expect(logs.join('')).toContain('the connection to Redis was lost');
});
