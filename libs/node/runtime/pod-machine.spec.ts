import type { corev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import { HttpConnection } from '../http/http-connection.js';
import { PodMachine } from './pod-machine.js';
import type { MachineWorld } from './world.js';

const NOW = Date.parse('2026-01-02T03:04:05Z');

const objects: Record<string, unknown> = {
  'configmaps/default/page': { metadata: { name: 'page' }, data: { 'index.html': 'from a ConfigMap\n' } },
  'secrets/default/login': { metadata: { name: 'login' }, data: { password: 'aHVudGVyMg==' } },
};

const world: MachineWorld = {
  pace: { pause: () => undefined },
  clock: { now: () => NOW },
  objects: {
    get: async <T extends KubeObject>(_group: string, resource: string, namespace: string, name: string) =>
      objects[`${resource}/${namespace}/${name}`] as T | undefined,
    list: async () => [],
  },
};

function pod(container: Partial<corev1.Container>, spec: Partial<corev1.PodSpec> = {}): corev1.Pod {
  const running = { running: { startedAt: '2026-01-02T03:00:00Z' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'u' },
    spec: { containers: [{ name: 'c', image: 'nginx:1.27', ...container }], ...spec },
    status: {
      podIP: '10.244.1.2',
      podIPs: [{ ip: '10.244.1.2' }],
      containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: 0, state: running }],
    },
  };
}

async function get(what: corev1.Pod, port: number, target: string): Promise<unknown> {
  const answer = await (await PodMachine.open(what, world)).listener(port, 'inside')?.answer({
    method: 'GET',
    target,
    headers: { host: 'web' },
    body: new Uint8Array(),
    client: '10.244.0.1',
  });
  return (
    answer && [
      answer.status,
      Buffer.from(answer.body as string)
        .toString()
        .split('\n', 1)[0],
    ]
  );
}

const page = { volumes: [{ name: 'v', configMap: { name: 'page' } }] };
const mounted = { volumeMounts: [{ name: 'v', mountPath: '/usr/share/nginx/html' }] };

test.each<[string, corev1.Pod, number, string, unknown]>([
  ['nginx', pod({}), 80, '/', [200, '<!DOCTYPE html>']],
  ['nginx, a missing page', pod({}), 80, '/nope', [404, '<html>\r']],
  ['nginx, out of its root', pod({}), 80, '/../../etc/passwd', [400, '<html>\r']],
  ['nginx, another port', pod({}), 81, '/', undefined],
  ['nginx with files of a ConfigMap', pod(mounted, page), 80, '/', [200, 'from a ConfigMap']],
  [
    'http-echo',
    pod({ image: 'hashicorp/http-echo', args: ['-text=hi $(WHO)', '-listen=:80'], env: [{ name: 'WHO', value: 'you' }] }),
    80,
    '/',
    [200, 'hi you'],
  ],
  ['hello-app', pod({ image: 'gcr.io/google-samples/hello-app:1.0' }), 8080, '/', [200, 'Hello, world!']],
  ['agnhost', pod({ image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: ['netexec'] }), 8080, '/hostname', [200, 'web']],
])('%s answers', async (_, what, port, target, want) => {
  expect(await get(what, port, target)).toEqual(want);
});

test('the environment holds what the pod refers to', async () => {
  const env = [
    { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } },
    { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
  ];
  const container = (await PodMachine.open(pod({ env }), world)).get('c');
  expect([...(container?.env ?? [])].filter(([name]) => ['HOSTNAME', 'PASSWORD', 'IP', 'NGINX_VERSION'].includes(name))).toEqual([
    ['HOSTNAME', 'web'],
    ['NGINX_VERSION', '1.27.5'],
    ['PASSWORD', 'hunter2'],
    ['IP', '10.244.1.2'],
  ]);
});

test.each([1, 7, 1000])('HTTP/1.1 is spoken over any bytes, %d at a time', (size) => {
  const written: string[] = [];
  const connection = new HttpConnection({
    client: '127.0.0.1',
    now: () => NOW,
    answer: ({ method, target, body }) => ({ status: 200, headers: {}, body: `${method} ${target} ${Buffer.from(body).toString()}` }),
    peer: {
      write: (bytes) => written.push(bytes.toString()) > 0,
      end: () => void written.push('end'),
      ready: () => undefined,
    },
  });
  const sent = [
    'GET /a HTTP/1.1\r\nHost: x\r\n\r\n',
    'POST /b HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc',
    'POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n\r\n',
    'HEAD /d HTTP/1.1\r\nConnection: close\r\n\r\n',
  ].join('');
  for (let at = 0; at < sent.length; at += size) connection.receive(Buffer.from(sent.slice(at, at + size)));
  const date = 'Date: Fri, 02 Jan 2026 03:04:05 GMT\r\n';
  expect(written).toEqual([
    `HTTP/1.1 200 OK\r\n${date}Content-Length: 7\r\n\r\nGET /a `,
    `HTTP/1.1 200 OK\r\n${date}Content-Length: 11\r\n\r\nPOST /b abc`,
    `HTTP/1.1 200 OK\r\n${date}Content-Length: 11\r\n\r\nPOST /c def`,
    `HTTP/1.1 200 OK\r\n${date}Content-Length: 8\r\nConnection: close\r\n\r\n`,
    'end',
  ]);
});
