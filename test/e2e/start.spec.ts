import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ClusterApi, deploymentOf } from '../cluster-api.js';
import { childrenOf, freePort, isAlive, launch, type Service, startService, until } from '../service.js';

const homes: string[] = [];
const newHome = (): string => {
  const home = mkdtempSync(path.join(tmpdir(), 'orrery-start-'));
  homes.push(home);
  return home;
};

afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

/** All processes of a service, including its launcher. */
const everyone = ({ launcher }: Service): number[] => [launcher.pid ?? -1, ...childrenOf(launcher.pid ?? -1)];

/** The demo cluster, from its kubeconfig. */
function demo(service: Service): ClusterApi {
  const text = readFileSync(path.join(service.home, 'demo.kubeconfig'), 'utf8');
  const id = /server: \S+\/clusters\/(\S+)/.exec(text)?.[1] ?? '';
  const token = /token: (\S+)/.exec(text)?.[1] ?? '';
  return new ClusterApi(service, { id, token });
}

/** Every file below a folder that the group or others can access, as a relative path. */
function openFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() && (statSync(file).mode & 0o077) !== 0)
    .map((file) => path.relative(folder, file));
}

const settings = { metadata: { name: 'kept' }, data: { mode: 'one' } };

describe('start', () => {
  const home = newHome();
  let service: Service;
  beforeAll(async () => {
    service = await startService({ home, keep: true });
  });
  afterAll(() => service.stop());

  test('prints where everything is, each on its own line', () => {
    const lines = service.said.split('\n').filter((line) => !line.endsWith('…'));
    const secs = lines.findIndex((line) => line.startsWith('Ready in'));
    expect(lines[secs]).toMatch(/^Ready in \d+\.\d s; Ctrl-C ends it\.$/);
    expect(lines.slice(0, secs)).toEqual([
      `API         ${service.origin}`,
      // The link that opens the demo cluster signed in.
      `GraphQL     ${service.origin}/graphql#token=${/token: (\S+)/.exec(readFileSync(`${home}/demo.kubeconfig`, 'utf8'))?.[1]}`,
      `certificate signed by this installation's own CA, ${home}/pki/ca.crt: browsers ask once; go on, or import the CA`,
      expect.stringMatching(/^ {12}ORRERY_HTTP=loopback serves plain http/),
      `kubeconfig  ${home}/demo.kubeconfig`,
      `admin token ${home}/admin-token`,
      expect.stringMatching(/^metrics {5}http:\/\/127\.0\.0\.1:\d+\/metrics \(api\), http:\/\/127\.0\.0\.1:\d+\/metrics \(worker\)$/),
      'Try first:',
      `  export KUBECONFIG=${home}/demo.kubeconfig`,
      '  kubectl get nodes -o wide',
      '  kubectl create deployment web --image=nginx --replicas=3 && kubectl rollout status deployment/web',
    ]);
  });

  test('its files are readable only by its user, and the logs contain no secrets', async () => {
    const cluster = demo(service);
    await cluster.must('POST', '/api/v1/namespaces/default/configmaps', settings);
    await cluster.call('GET', '/api/v1/nothing');
    await service.request('/platform/v1/clusters', { token: service.adminToken });
    await service.request(`/livez?token=${service.adminToken}`);
    expect(openFiles(home)).toEqual(['pki/ca.crt']);
    expect(statSync(home).mode & 0o077).toBe(0);
    const logs = readdirSync(path.join(home, 'logs')).map((name) => readFileSync(path.join(home, 'logs', name), 'utf8'));
    expect(logs.length).toBe(2);
    const tokenKey = readFileSync(path.join(home, 'token-key'), 'utf8').trim();
    // The terminal shows one link with a token; no other output has one.
    const said = service.said.replace(/#token=\S+/, '');
    for (const log of [...logs, said]) {
      for (const secret of [service.adminToken, cluster.cluster.token, tokenKey, 'redis://:']) expect(log).not.toContain(secret);
    }
    for (const log of logs)
      for (const line of log.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ level: 'info', pid: expect.any(Number) });
  });

  test('the demo cluster has a default StorageClass, and makes a volume for the first consumer of a claim', async () => {
    const cluster = demo(service);
    const claim = {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    const made = await cluster.must('POST', '/api/v1/namespaces/default/persistentvolumeclaims', claim);
    expect(made.spec.storageClassName).toBe('standard');
    await cluster.must('POST', '/api/v1/namespaces/default/pods', {
      metadata: { name: 'consumer' },
      spec: {
        containers: [{ name: 'c', image: 'nginx', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
      },
    });
    const runs = async () => (await cluster.must('GET', '/api/v1/namespaces/default/pods/consumer')).status.phase === 'Running';
    expect(await until(runs)).toBe(true);
    const { status } = await cluster.must('GET', '/api/v1/namespaces/default/persistentvolumeclaims/data');
    expect(status).toEqual({ phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } });
  });

  test('a second one in the same home is rejected in one line', async () => {
    const second = launch({ ORRERY_HOME: home, ORRERY_PORT: String(await freePort()) });
    expect(await second.ended).toBe(1);
    expect(second.said()).toBe(
      `orrery: Orrery is already running in ${home} (pid ${service.launcher.pid}); stop it, or set ORRERY_HOME and ORRERY_PORT for a second one\n`,
    );
  });

  test('after SIGTERM no process is left, and the next start continues where it was', async () => {
    const pids = everyone(service);
    expect(pids.length).toBeGreaterThanOrEqual(5);
    const before = demo(service);
    const nodes = (await before.must('GET', '/api/v1/nodes')).metadata.resourceVersion;
    const watch = await before.watch('/api/v1/namespaces/default/configmaps?resourceVersion=0');
    await service.stop();
    await watch.ended;
    expect(pids.filter(isAlive)).toEqual([]);
    expect(readdirSync(home)).not.toContain('run.json');
    service = await startService({ home, keep: true });
    const after = demo(service);
    expect(after.cluster).toEqual(before.cluster);
    expect(await after.must('GET', '/api/v1/namespaces/default/configmaps/kept')).toMatchObject(settings);
    expect(Number((await after.must('GET', '/api/v1/nodes')).metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(nodes));
    // Existing data is used again: no second demo cluster was created.
    const { items } = JSON.parse((await service.request('/platform/v1/clusters', { token: service.adminToken })).text);
    expect(items.map(({ name }: { name: string }) => name)).toEqual(['demo']);
  });

  test('after SIGKILL of the launcher the next start works, and no process of the first is left', async () => {
    const cluster = demo(service);
    await cluster.must('POST', '/apis/apps/v1/namespaces/default/deployments', deploymentOf('left', 3));
    const pids = everyone(service);
    service.launcher.kill('SIGKILL');
    const next = await startService({ home, keep: true });
    expect(pids.filter(isAlive)).toEqual([]);
    await service.stop();
    service = next;
    // Interrupted work is completed.
    const done = async () =>
      (await demo(service).must('GET', '/apis/apps/v1/namespaces/default/deployments/left')).status.readyReplicas === 3;
    expect(await until(done)).toBe(true);
  });

  test('Ctrl-C, which a terminal sends to the whole process group, leaves no process', async () => {
    await service.stop();
    service = await startService({ home, keep: true, detached: true });
    const pids = everyone(service);
    const ended = new Promise((resolve) => service.launcher.once('exit', (code) => resolve(code)));
    process.kill(-(service.launcher.pid ?? 0), 'SIGINT');
    expect(await ended).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(service.said).not.toMatch(/error|trouble|stack/i);
  });
});

describe('an error that prevents the start is reported in one clear line', () => {
  test.each<[string, NodeJS.ProcessEnv, string | RegExp]>([
    ['an invalid port', { ORRERY_PORT: 'https' }, 'ORRERY_PORT=https is not a port: use a number from 1 to 65535'],
    ['a port out of range', { ORRERY_PORT: '70000' }, 'ORRERY_PORT=70000 is not a port: use a number from 1 to 65535'],
    ['a broken port', { ORRERY_PORT: '80.5' }, 'ORRERY_PORT=80.5 is not a port: use a number from 1 to 65535'],
    ['an address of another machine', { ORRERY_HOST: '203.0.113.7' }, 'this machine has no address 203.0.113.7: correct ORRERY_HOST'],
    [
      'an unreachable database',
      { DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/orrery' },
      "PostgreSQL can't be reached for the migrations (connect ECONNREFUSED 127.0.0.1:1): start it or correct DATABASE_URL",
    ],
    ...['postgres://[', 'postgres://host:99999/db', 'postgres://me:%zz@host/db'].map((url): [string, NodeJS.ProcessEnv, string] => [
      url,
      { DATABASE_URL: url },
      'bad configuration: DATABASE_URL: must be a postgres:// URL',
    ]),
    ...['redis://[', 'redis://host:99999', 'redis://:%zz@host', 'redis'].map((url): [string, NodeJS.ProcessEnv, string] => [
      url,
      { REDIS_URL: url },
      'bad configuration: REDIS_URL: must be a redis:// or rediss:// URL',
    ]),
    ['an invalid database URL', { DATABASE_URL: 'nonsense' }, 'bad configuration: DATABASE_URL: must be a postgres:// URL'],
    [
      'an unreachable Redis',
      { REDIS_URL: 'redis://:secret@127.0.0.1:1' },
      "Redis at redis://127.0.0.1:1 can't be reached (connect ECONNREFUSED 127.0.0.1:1): start it, correct REDIS_URL, or unset it to use the embedded one",
    ],
    ['an invalid Redis URL', { REDIS_URL: 'http://127.0.0.1:1' }, 'bad configuration: REDIS_URL: must be a redis:// or rediss:// URL'],
  ])('%s', async (_, env, line) => {
    const home = newHome();
    const { ended, said } = launch({ ORRERY_HOME: home, ORRERY_PORT: String(await freePort()), ...env });
    expect(await ended).toBe(1);
    expect(said()).toBe(`orrery: ${line}\n`);
  });

  test('a taken port', async () => {
    const port = await freePort();
    const taken = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { ended, said } = launch({ ORRERY_HOME: newHome(), ORRERY_PORT: String(port) });
    expect(await ended).toBe(1);
    expect(said()).toBe(`orrery: port ${port} on 127.0.0.1 is taken: set ORRERY_PORT to a free one\n`);
    taken.close();
  });

  test('SIGTERM during the start ends everything started so far', async () => {
    const home = newHome();
    const { launcher, ended, said } = launch({ ORRERY_HOME: home, ORRERY_PORT: String(await freePort()) });
    const pid = launcher.pid ?? -1;
    let seen: number[] = [];
    await until(() => {
      seen = childrenOf(pid);
      return seen.length > 1;
    });
    launcher.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(await until(() => !seen.some(isAlive))).toBe(true);
    expect(said()).not.toMatch(/orrery:/);
  });
});
