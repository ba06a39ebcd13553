import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { Attach, CoreV1Api, Exec, KubeConfig, Log, PortForward, type V1Status } from '@kubernetes/client-node';
import { type Kubectl, kubectls, run } from '../kubectl.js';
import { type MadeCluster, type Service, startService, until } from '../service.js';

let service: Service;
let cluster: MadeCluster;
let config: KubeConfig;
const folder = mkdtempSync(path.join(tmpdir(), 'orrery-streams-'));

// kubectl speaks SPDY before 1.31, and WebSocket since.
const found = kubectls();
const versions: readonly Kubectl[] = found.length > 1 ? [found[0], found.at(-1)].filter((one) => one !== undefined) : found;

beforeAll(async () => {
  service = await startService();
  cluster = await service.createCluster({ name: 'streams', profile: 'instant' });
  config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const pods = [
    { name: 'web', image: 'nginx:1.27', command: [] },
    { name: 'box', image: 'busybox:1.36', command: ['sh', '-c', 'while true; do date; sleep 1; done'] },
  ];
  for (const { name, image, command } of pods) {
    await core.createNamespacedPod({
      namespace: 'default',
      body: { metadata: { name }, spec: { containers: [{ name: 'c', image, command }] } },
    });
  }
  await until(async () => {
    const { items } = await core.listNamespacedPod({ namespace: 'default' });
    return items.length === 2 && items.every(({ status }) => status?.phase === 'Running');
  });
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await service?.stop();
});

/** A stream's text so far. */
function collected(): { stream: PassThrough; text(): string } {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (part: Buffer) => {
    text += part.toString();
  });
  return { stream, text: () => text };
}

test('client-node runs a command with standard input, output, errors and its exit code', async () => {
  const [out, err] = [collected(), collected()];
  const input = new PassThrough();
  const status = new Promise<V1Status>((resolve, reject) => {
    new Exec(config)
      .exec(
        'default',
        'box',
        'c',
        ['sh', '-c', 'read x; echo "got $x"; echo no >&2; exit 7'],
        out.stream,
        err.stream,
        input,
        false,
        resolve,
      )
      .catch(reject);
  });
  input.write('this\n');
  const { reason, details } = await status;
  expect([out.text(), err.text(), reason, details?.causes?.[0]?.message]).toEqual(['got this\n', 'no\n', 'NonZeroExitCode', '7']);
});

test('client-node attaches to a container', async () => {
  const attached = collected();
  const socket = await new Attach(config).attach('default', 'box', 'c', attached.stream, null, null, false);
  await until(() => attached.text().split('\n').length > 2);
  socket.close();
  expect(attached.text()).toMatch(/^(\w{3} \w{3} .* UTC \d{4}\n)+$/);
});

test('client-node follows a log to the end of its container', async () => {
  const command = ['sh', '-c', 'echo 1; sleep 1; echo 2; sleep 1; echo 3'];
  const core = config.makeApiClient(CoreV1Api);
  await core.createNamespacedPod({
    namespace: 'default',
    body: { metadata: { name: 'count' }, spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox:1.36', command }] } },
  });
  const followed = collected();
  const ended = new Promise((resolve) => followed.stream.on('end', resolve));
  await until(async () => (await core.readNamespacedPod({ namespace: 'default', name: 'count' })).status?.phase === 'Running');
  await new Log(config).log('default', 'count', 'c', followed.stream, { follow: true });
  await ended;
  expect(followed.text()).toBe('1\n2\n3\n');
});

test('client-node forwards a port', async () => {
  const forward = new PortForward(config);
  const server = net.createServer((socket) => void forward.portForward('default', 'web', [80], socket, null, socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  const text = await get(port);
  server.close();
  expect(text).toContain('<h1>Welcome to nginx!</h1>');
});

function get(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = http.get({ port, host: '127.0.0.1', path: '/', headers: { connection: 'close' } }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve(Buffer.concat(parts).toString()));
    });
    call.on('error', reject);
  });
}

describe.each(versions)('kubectl $version', (kubectl) => {
  const call = (args: readonly string[], input?: string) => run(kubectl, cluster.kubeconfig, args, input === undefined ? {} : { input });

  test('exec of etcdctl in a member of etcd', async () => {
    const pki = '/etc/kubernetes/pki/etcd';
    const etcdctl = (...words: string[]) =>
      call([
        ...['exec', '-n', 'kube-system', 'etcd-control-plane', '--', 'etcdctl', `--cacert=${pki}/ca.crt`],
        ...[`--cert=${pki}/server.crt`, `--key=${pki}/server.key`, ...words],
      ]);
    const members = await etcdctl('member', 'list');
    expect([members.code, members.out]).toEqual([
      0,
      expect.stringMatching(
        /^[0-9a-f]{16}, started, control-plane, https:\/\/192\.168\.0\.10:2380, https:\/\/192\.168\.0\.10:2379, false\n$/,
      ),
    ]);
    const { out } = await etcdctl('get', '/registry/namespaces/', '--prefix', '--keys-only');
    expect(out.split('\n').filter((line) => line !== '')).toContain('/registry/namespaces/kube-system');
    expect((await etcdctl('snapshot', 'save', '/tmp/a.db')).out).toBe('Snapshot saved at /tmp/a.db\nServer version 3.6.8\n');
    const status = await call(['exec', '-n', 'kube-system', 'etcd-control-plane', '--', 'etcdutl', 'snapshot', 'status', '/tmp/a.db']);
    expect(status.out).toMatch(/^[0-9a-f]{8}, \d+, \d+, [\d.]+ [kM]B, 3\.6\.0\n$/);
  });

  test('exec', async () => {
    expect(await call(['exec', 'box', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3'])).toEqual({
      code: 3,
      out: 'out\n',
      err: 'err\ncommand terminated with exit code 3\n',
    });
    expect(await call(['exec', '-i', 'box', '--', 'sort'], 'b\na\n')).toEqual({ code: 0, out: 'a\nb\n', err: '' });
    const missing = await call(['exec', 'box', '--', 'nope']);
    expect([missing.code, missing.out, missing.err]).toEqual([
      1,
      '',
      expect.stringMatching(/^error: Internal error occurred: .*exec: "nope": executable file not found in \$PATH: unknown\n$/),
    ]);
  });

  test('cp there and back; what was copied is served', async () => {
    const [from, back] = [path.join(folder, 'from'), path.join(folder, `back-${kubectl.version}`)];
    writeFileSync(from, `copied by ${kubectl.version}\n`);
    await call(['cp', from, 'web:/usr/share/nginx/html/copy.txt']);
    await call(['cp', 'web:/usr/share/nginx/html/copy.txt', back]);
    const served = await call(['get', '--raw', '/api/v1/namespaces/default/pods/web/proxy/copy.txt']);
    expect([readFileSync(back, 'utf8'), served.out]).toEqual([`copied by ${kubectl.version}\n`, `copied by ${kubectl.version}\n`]);
  });

  test('port-forward', async () => {
    const child = spawn(kubectl.file, ['port-forward', 'pod/web', ':80'], { env: { ...process.env, KUBECONFIG: cluster.kubeconfig } });
    let said = '';
    child.stdout.on('data', (part: Buffer) => {
      said += part.toString();
    });
    await until(async () => /127\.0\.0\.1:\d+/.test(said));
    const text = await get(Number(/127\.0\.0\.1:(\d+)/.exec(said)?.[1]));
    child.kill();
    expect(text).toContain('<h1>Welcome to nginx!</h1>');
  });

  test('run with standard input, to the end of the pod', async () => {
    const name = `once-${kubectl.version.replace('.', '-')}`;
    const ran = await call(['run', name, '-i', '--rm', '--restart=Never', '--image=busybox:1.36', '--', 'wc', '-c'], 'four');
    expect([ran.code, ran.out]).toEqual([0, expect.stringContaining('4\n')]);
  });

  test('run of a command that ends at once, again and again: its output is shown, and the pod is removed', async () => {
    const name = `curl-${kubectl.version.replace('.', '-')}`;
    const ran = await call(['run', name, '-i', '--rm', '--image=busybox:1.36', '--', 'echo', 'said-at-once'], '');
    expect([ran.out.split('\n').includes('said-at-once'), ran.out]).toEqual([true, expect.stringContaining(`pod "${name}" deleted`)]);
  });

  test('run of a shell that is started again when it ends: the session ends with the first one, and the pod is removed', async () => {
    const name = `again-${kubectl.version.replace('.', '-')}`;
    const ran = await call(['run', name, '-i', '--rm', '--image=busybox:1.36'], 'echo hello-$((1 + 2))\n');
    expect([ran.code, ran.out]).toEqual([0, expect.stringContaining('hello-3\n')]);
    expect(ran.out).toContain(`pod "${name}" deleted`);
  });
});
