import fs from 'node:fs';
import { programOfContainer } from '../pod/programs.js';
import { findImage, images, pullError } from './catalogue.js';
import type { Program } from './program.js';
import { parseImage } from './reference.js';

const exists = (name: string): boolean => {
  const reference = parseImage(name);
  return reference !== undefined && findImage(reference) !== undefined;
};

test.each([
  ['nginx', true],
  ['nginx:latest', true],
  ['nginx:1.27', true],
  ['nginx:1.27.3-alpine3.20-slim', true],
  ['nginx:1.25-bookworm-perl', true],
  ['nginx:stable-alpine', true],
  ['nginx:1.999', false],
  ['nginx:99', false],
  ['nginx:nope', false],
  ['docker.io/library/nginx:1.27', true],
  ['index.docker.io/library/nginx', true],
  ['public.ecr.aws/nginx/nginx:alpine', true],
  [`nginx@sha256:${'a'.repeat(64)}`, true],
  ['busybox:1.36', true],
  ['alpine:3.20', true],
  ['quay.io/crio/artifact:v2', true],
  ['nvcr.io/nvidia/k8s-device-plugin:v0.17.1', true],
  ['registry.k8s.io/e2e-test-images/sample-device-plugin:1.7', true],
  ['ubuntu:22.04', true],
  ['ubuntu:22.05', false],
  ['redis:7.2-alpine', true],
  ['postgres:16', true],
  ['mysql:8.0', true],
  ['python:3.11-alpine', true],
  ['node:20-alpine', true],
  ['registry.k8s.io/pause:3.10.1', true],
  ['registry.k8s.io/kube-apiserver:v1.36.2', true],
  ['registry.k8s.io/kube-scheduler:v999.99.99', false],
  ['registry.k8s.io/etcd:3.6.6-0', true],
  ['registry.k8s.io/e2e-test-images/agnhost:2.53', true],
  ['curlimages/curl:8.5.0', true],
  ['rrredis', false],
  ['wordpress:6.5-apache', true],
  ['bitnami/nginx:1.27.3-debian-12-r0', true],
  ['ghcr.io/stefanprodan/podinfo:6.7.1', true],
  ['gcr.io/google-samples/hello-app:1.0', true],
  ['us-docker.pkg.dev/team/app/web:v3', true],
  ['team/app:sha-0123abc', true],
  ['team/app:nonexistent', false],
  ['team/app:v999', false],
  ['team/does-not-exist:1', false],
  ['wordpresss', false],
  ['registry.local/team/app', false],
  ['localhost:5000/app', false],
  ['example.com/a/b:1', false],
  ['Nginx', false],
  ['nginx:', false],
  ['', false],
])('%s exists: %s', (name, want) => {
  expect(exists(name)).toBe(want);
});

test.each([
  ['nope', 'docker.io/library/nope', 'latest', 'docker.io/library/nope:latest'],
  ['localhost:5000/a:1', 'localhost:5000/a', '1', 'localhost:5000/a:1'],
  ['gcr.io/a/b:v1', 'gcr.io/a/b', 'v1', 'gcr.io/a/b:v1'],
])('%s is normalised', (name, repository, tag, full) => {
  expect(parseImage(name)).toEqual({ repository, tag, full });
});

test.each([
  [
    'gcr.io/x/y',
    'rpc error: code = NotFound desc = failed to pull and unpack image "gcr.io/x/y:latest": failed to resolve reference "gcr.io/x/y:latest": gcr.io/x/y:latest: not found',
  ],
  [
    'bad.example/x:1',
    'rpc error: code = Unknown desc = failed to pull and unpack image "bad.example/x:1": failed to resolve reference "bad.example/x:1": failed to do request: Head "https://bad.example/v2/x/manifests/1": dial tcp: lookup bad.example: no such host',
  ],
])('pulling %s', (name, want) => {
  const reference = parseImage(name);
  expect(reference && pullError(reference)).toBe(want);
});

// test/utils/image/manifest.go of v1.36.2, without one image that needs credentials and one that does not exist.
test.each([
  ...['agnhost:2.55', 'agnhost:2.63.0', 'sample-apiserver:1.29.2', 'apparmor-loader:1.4', 'busybox:1.37.0-1', 'ipc-utils:1.4'],
  ...['glibc-dns-testing:2.0.0', 'kitten:1.8', 'nautilus:1.8', 'nginx:1.15-4', 'nginx:1.27-0', 'node-perf/npb-ep:1.6.0'],
  ...['node-perf/npb-is:1.7.0', 'node-perf/pytorch-wide-deep:1.0.0', 'nonewprivs:1.4', 'nonroot:1.5', 'perl:5.26'],
  ...['regression-issue-74839:1.5', 'resource-consumer:1.14', 'volume/nfs:1.6.0', 'volume/iscsi:2.7', 'httpd:2.4.39-4', 'redis:5.0.5-3'],
  ...['jessie-dnsutils:1.7'],
])("Kubernetes' tests find %s", (name) => expect(exists(`registry.k8s.io/e2e-test-images/${name}`)).toBe(true));

test.each(['build-image/distroless-iptables:v0.9.3', 'etcd:3.6.8-0', 'pause:3.10.2', 'sig-storage/nfs-provisioner:v4.0.8'])(
  'and %s',
  (name) => expect(exists(`registry.k8s.io/${name}`)).toBe(true),
);

test.each(['invalid.registry.k8s.io/invalid/alpine:3.1', 'gcr.io/k8s-authenticated-test/agnhost:2.6'])('but not %s', (name) =>
  expect(exists(name)).toBe(false),
);

function summary(program: Program): string {
  if (program.does === 'not-start') return program.message.replace(/.*init: /, '');
  const ports = program.ports.map(({ port }) => port).join(',');
  return program.does === 'serve' ? `serves ${ports}`.trim() : `exits ${program.code} after ${program.after}`;
}

const agnhost = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0';
const sh = (script: string): string[] => ['sh', '-c', script];

test.each<[string, { command?: string[]; args?: string[]; env?: string[]; stdin?: boolean }, string]>([
  ['nginx', {}, 'serves 80'],
  ['nginx', { args: ['nginx-debug', '-g', 'daemon off;'] }, 'serves 80'],
  ['nginx', { command: ['sleep', '5'] }, 'exits 0 after 5000'],
  ['nginx', { command: ['nope'] }, 'exec: "nope": executable file not found in $PATH'],
  ['nginx', { command: ['/bin/nope'] }, 'exec: "/bin/nope": stat /bin/nope: no such file or directory'],
  ['busybox', {}, 'exits 0 after 0'],
  ['busybox', { stdin: true }, 'serves'],
  ['busybox', { args: ['sleep', 'infinity'] }, 'serves'],
  ['busybox', { command: sh('sleep 3600') }, 'exits 0 after 3600000'],
  ['busybox', { command: sh('echo a; sleep 1m && exit 3') }, 'exits 3 after 60000'],
  ['busybox', { command: sh('false || exit 2; exit 1') }, 'exits 2 after 0'],
  ['busybox', { command: sh('false && sleep 5') }, 'exits 1 after 0'],
  ['busybox', { command: sh('while true; do date; sleep 5; done') }, 'serves'],
  ['busybox', { command: sh('echo "a; b" > /tmp/x; nope') }, 'exits 127 after 0'],
  ['busybox', { command: ['false'] }, 'exits 1 after 0'],
  ['busybox', { command: ['date'] }, 'exits 0 after 0'],
  ['busybox', { command: ['httpd', '-f', '-p', '8080'] }, 'serves 8080'],
  ['busybox', { command: sh('exec tail -f /dev/null') }, 'serves'],
  ['redis', {}, 'serves 6379'],
  ['postgres', {}, 'exits 1 after 0'],
  ['postgres', { env: ['POSTGRES_PASSWORD'] }, 'serves 5432'],
  ['mysql:8.0', {}, 'exits 1 after 0'],
  ['python:3', { command: ['python', '-m', 'http.server', '8000'] }, 'serves 8000'],
  ['perl:5.34.0', { command: ['perl', '-Mbignum=bpi', '-wle', 'print bpi(2000)'] }, 'exits 0 after 0'],
  ['perl:5.34.0', { command: ['perl', 'work.pl'] }, 'serves'],
  ['redis', { command: ['redis-cli', 'ping'] }, 'exits 0 after 0'],
  ['redis', { command: ['redis-cli', '-h', 'redis.db', 'ping'] }, 'serves'],
  ['postgres', { command: ['psql', '--host=db', '-c', 'select 1'] }, 'serves'],
  ['node:20', { command: ['node', '--version'] }, 'exits 0 after 0'],
  ['node:20', { command: ['node', 'server.js'] }, 'serves'],
  ['polinux/stress', { command: ['stress'], args: ['--vm', '1', '--timeout', '5s'] }, 'exits 0 after 5000'],
  ['registry.k8s.io/pause:3.10', {}, 'serves'],
  ['registry.k8s.io/pause:3.10', { command: sh('true') }, 'exec: "sh": executable file not found in $PATH'],
  ['hashicorp/http-echo', { args: ['-text=a', '-listen=:8081'] }, 'serves 8081'],
  [agnhost, {}, 'serves'],
  [agnhost, { args: ['netexec', '--http-port=81'] }, 'serves 81'],
  [agnhost, { args: ['netexec', '--http-port', '82'] }, 'serves 82'],
  [agnhost, { command: ['/agnhost-2'], args: ['entrypoint-tester', 'a'] }, 'exits 0 after 0'],
  [agnhost, { args: ['serve-hostname'] }, 'serves 9376'],
  [agnhost, { args: ['test-webserver', '--port=81'] }, 'serves 81'],
  [agnhost, { args: ['liveness'] }, 'serves 8080'],
  [agnhost, { args: ['mounttest', '--fs_type=/tmp'] }, 'exits 0 after 0'],
  [agnhost, { args: ['mounttest', '--file_content_in_loop=/tmp/x', '--retry_time=12'] }, 'exits 0 after 12000'],
  [agnhost, { args: ['logs-generator', '-t', '10', '-d', '1s'] }, 'exits 0 after 1000'],
  [agnhost, { args: ['logs-generator'] }, 'exits 255 after 0'],
  [agnhost, { args: ['porter'], env: ['SERVE_PORT_80', 'SERVE_TLS_PORT_443', 'SERVE_UDP_PORT_53', 'OTHER'] }, 'serves 80,443'],
  [agnhost, { args: ['net', '--serve', ':8889'] }, 'serves 8889'],
  [agnhost, { args: ['guestbook'] }, 'serves 80,6379'],
  [agnhost, { args: ['nettest'] }, 'serves 8080'],
  [agnhost, { args: ['fake-registry-server'] }, 'serves 5000'],
  [agnhost, { args: ['no-snat-test'] }, 'exits 1 after 0'],
  [agnhost, { args: ['no-such-command'] }, 'exits 1 after 0'],
  [agnhost, { command: sh('sleep 3; exit 4') }, 'exits 4 after 3000'],
  ['registry.k8s.io/e2e-test-images/nautilus:1.8', {}, 'serves 80'],
  ['registry.k8s.io/e2e-test-images/sample-apiserver:1.29.2', {}, 'serves 443'],
  ['registry.k8s.io/serve_hostname:v1.4', {}, 'serves 9376'],
  ['registry.k8s.io/e2e-test-images/nonroot:1.5', {}, 'exits 0 after 0'],
  ['registry.k8s.io/e2e-test-images/ipc-utils:1.4', { command: ['sleep', '5'] }, 'exits 0 after 5000'],
  ['busybox', { command: ['wc', '-c'] }, 'exits 0 after 0'],
  ['busybox', { command: ['wc', '-c'], stdin: true }, 'serves'],
  ['busybox', { command: ['head', '-n', '1'], stdin: true }, 'serves'],
  ['busybox', { command: ['cat', '/etc/hosts'], stdin: true }, 'exits 0 after 0'],
])('%s %j %s', (name, { command, args, env = [], stdin = false }, want) => {
  const program = programOfContainer({ name: 'c', image: name, command, args, stdin, env: env.map((one) => ({ name: one, value: '1' })) });
  if (!program) throw new Error(`${name} does not exist`);
  expect(summary(program)).toBe(want);
});

describe('arguments that execve rejects', () => {
  test.each<[string, string[], string]>([
    ['a script of a million blanks', sh(`while true${' '.repeat(1_000_000)}`), 'exits 255 after 0'],
    ['an argument of 128 KiB', ['echo', 'x'.repeat(131_072)], 'exits 255 after 0'],
    ['one byte less', ['echo', 'x'.repeat(131_071)], 'exits 0 after 0'],
    ['2 MiB of arguments', ['echo', ...Array<string>(250_000).fill('x')], 'exits 255 after 0'],
    ['100,000 wrappers', [...Array<string>(100_000).fill('exec'), 'sleep', '5'], 'exits 0 after 5000'],
  ])('%s', (_name, command, want) => {
    const program = programOfContainer({ name: 'c', image: 'busybox', command });
    expect(program && summary(program)).toBe(want);
  });
});

test('every image file is on the list, and every repository occurs once', () => {
  const repositories = images.flatMap((image) => image.repositories);
  expect(repositories.length).toBe(new Set(repositories).size);
  const folder = new URL('.', import.meta.url);
  const listed = fs.readFileSync(new URL('catalogue.ts', folder), 'utf8');
  const parts = [
    'accounts',
    'private',
    'agnhost-commands',
    'catalogue',
    'clients',
    'commands',
    'component-metrics',
    'component-port',
    'coredns-metrics',
    'etcd-metrics',
    'flags',
    'image',
    'program',
    'reference',
    'run',
    'limits',
    'tags',
    'version-of',
    'webhook-program',
  ];
  const files = fs
    .readdirSync(folder)
    .filter((file) => !file.endsWith('.spec.ts'))
    .map((file) => file.replace(/\.ts$/, ''));
  expect(files.filter((file) => !parts.includes(file) && !listed.includes(`'./${file}.js'`))).toEqual([]);
});
