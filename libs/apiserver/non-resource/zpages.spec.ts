import { expect, test } from '@jest/globals';
import type { corev1 } from '#api';
import { KUBERNETES_VERSION } from '#component-base';
import { zpageResponse } from './zpages.js';

const server: corev1.Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'kube-apiserver-control-plane' },
  spec: {
    containers: [
      { name: 'kube-apiserver', command: ['kube-apiserver', '--secure-port=6443', '--authorization-mode=Node,RBAC', '--profiling'] },
    ],
  },
  status: { startTime: '2026-01-02T00:00:00Z' },
};
const pages = {
  server,
  version: KUBERNETES_VERSION,
  now: Date.parse('2026-01-02T01:02:03Z'),
  paths: ['/api', '/apis/apps/v1', '/livez', '/livez/etcd', '/version', '/openapi/v3', '/statusz'],
};

const WARNING =
  'Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.';
const statusText = `
apiserver statusz
${WARNING}

Started: Fri Jan  2 00:00:00 UTC 2026
Up: 1 hr 02 min 03 sec
Go version: ${KUBERNETES_VERSION.goVersion}
Binary version: 1.36.2
Emulation version: 1.36
Paths: /livez /statusz /version
`;
const flagsText = `
apiserver flagz
${WARNING}
authorization-mode=Node,RBAC
profiling=true
secure-port=6443
`;
const status = {
  kind: 'Statusz',
  apiVersion: 'config.k8s.io/v1beta1',
  metadata: { name: 'apiserver' },
  startTime: '2026-01-02T00:00:00Z',
  uptimeSeconds: 3723,
  goVersion: KUBERNETES_VERSION.goVersion,
  binaryVersion: '1.36.2',
  emulationVersion: '1.36',
  paths: ['/livez', '/statusz', '/version'],
};
const flags = {
  kind: 'Flagz',
  apiVersion: 'config.k8s.io/v1alpha1',
  metadata: { name: 'apiserver' },
  flags: { 'authorization-mode': 'Node,RBAC', profiling: 'true', 'secure-port': '6443' },
};

const get = (name: 'statusz' | 'flagz', accept?: string) =>
  zpageResponse(
    name,
    { method: 'GET', path: `/${name}`, query: '', headers: accept === undefined ? {} : { accept }, requestId: 'r' },
    pages,
  );

test.each<['statusz' | 'flagz', string | undefined, string]>([
  ['statusz', undefined, statusText],
  ['statusz', 'application/json, */*', statusText],
  ['flagz', 'text/plain', flagsText],
])('%s as text for %s', (name, accept, expected) => {
  const { status: code, headers, body } = get(name, accept);
  expect([code, headers, body]).toEqual([200, { 'content-type': 'text/plain; charset=utf-8' }, expected]);
});

test('as objects of config.k8s.io', () => {
  const json = { 'content-type': 'application/json' };
  const structured = get('statusz', 'application/json;as=Statusz;v=v1beta1;g=config.k8s.io');
  expect([structured.headers, JSON.parse(String(structured.body))]).toEqual([json, status]);
  const old = get('flagz', 'application/json;as=Flagz;v=v1alpha1;g=config.k8s.io');
  const warning = ['299 - "This version of the flagz endpoint is deprecated. Please use a newer version."'];
  expect([old.headers, JSON.parse(String(old.body))]).toEqual([{ ...json, warning }, flags]);
});

test.each([
  'application/json',
  'application/json;as=Flagz;v=v1beta1;g=config.k8s.io',
  'application/vnd.kubernetes.protobuf',
  'text/plain;as=Statusz',
])('statusz refuses %s', (accept) => {
  expect(() => get('statusz', accept)).toThrow(
    'only the following media types are accepted: application/json, application/yaml, text/plain',
  );
});
