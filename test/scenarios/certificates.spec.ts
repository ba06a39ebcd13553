import { X509Certificate } from 'node:crypto';
import { CertificateSigningRequest, ClusterRoleBinding, ConfigMap, type certificatesv1 } from '#api';
import type { LocalCluster } from '#cluster';
import { requestOf } from '../certificate-request.js';
import { openCluster } from './story.js';

const CLIENT = 'kubernetes.io/kube-apiserver-client';
const HOUR = 3_600_000;

let cluster: LocalCluster;
beforeEach(async () => {
  cluster = await openCluster();
});

type Spec = Partial<certificatesv1.CertificateSigningRequestSpec>;

async function asked(name: string, request: string, spec: Spec = {}) {
  return cluster.client.create(CertificateSigningRequest, {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: { request, signerName: CLIENT, usages: ['client auth'], ...spec },
  });
}

async function approved(name: string, type = 'Approved') {
  const object = await cluster.client.get(CertificateSigningRequest, name);
  const condition = { type, status: 'True', reason: 'KubectlApprove', message: 'by the spec' };
  await cluster.client.update(CertificateSigningRequest, { ...object, status: { conditions: [condition] } }, { subresource: 'approval' });
  await cluster.settle();
  return (await cluster.client.get(CertificateSigningRequest, name)).status ?? {};
}

const parsed = ({ certificate = '' }: certificatesv1.CertificateSigningRequestStatus) =>
  new X509Certificate(Buffer.from(certificate, 'base64'));

const whoami = async (certificate: X509Certificate) => {
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const answer = await cluster.api.handle({
    method: 'POST',
    path,
    query: '',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{}'),
    certificate,
    requestId: 'r',
  });
  const body = JSON.parse(String(answer.body));
  return answer.status === 201 ? body.status.userInfo : [answer.status, body.message];
};

test.each([
  ['ECDSA', undefined],
  ['RSA', ['rsa:2048']],
  ['Ed25519', ['ed25519']],
])('an approved request with a key of %s is signed, and the certificate is its user', async (_, algorithm) => {
  await asked('jane', requestOf('/O=devs/O=ops/OU=x/CN=jane', [], algorithm), { expirationSeconds: 3600 });
  await cluster.settle();
  expect((await cluster.client.get(CertificateSigningRequest, 'jane')).status).toEqual({});
  const certificate = parsed(await approved('jane'));
  const now = cluster.clock.now();
  expect([certificate.validFromDate.getTime(), certificate.validToDate.getTime()]).toEqual([now - 300_000, now + HOUR]);
  expect([certificate.ca, certificate.keyUsage, certificate.issuer]).toEqual([false, ['1.3.6.1.5.5.7.3.2'], 'CN=kubernetes']);
  expect(certificate.subject).toBe('O=devs + O=ops\nOU=x\nCN=jane');
  expect(await whoami(certificate)).toMatchObject({ username: 'jane', groups: ['devs', 'ops', 'system:authenticated'] });
  const { data } = await cluster.client.get(ConfigMap, 'extension-apiserver-authentication', 'kube-system');
  expect(certificate.verify(new X509Certificate(data?.['client-ca-file'] ?? '').publicKey)).toBe(true);
  // It expires by the cluster's clock; the request has been removed by then.
  await cluster.advance(HOUR + 2000);
  expect(await whoami(certificate)).toEqual([401, 'Unauthorized']);
  await expect(cluster.client.get(CertificateSigningRequest, 'jane')).rejects.toThrow('"jane" not found');
});

test('csrcleaner: denied and pending requests are not signed and are removed in time; other signers are left alone', async () => {
  await asked('denied', requestOf('/CN=jane'));
  await asked('other', requestOf('/CN=jane'), { signerName: 'example.com/s' });
  await asked('pending', requestOf('/CN=jane'));
  const statuses = [await approved('denied', 'Denied'), await approved('other')];
  expect(statuses.map(({ certificate }) => certificate)).toEqual([undefined, undefined]);
  await cluster.advance(HOUR + 2000);
  const names = async () => (await cluster.client.list(CertificateSigningRequest)).items.map(({ metadata }) => metadata.name);
  expect(await names()).toEqual(['other', 'pending']);
  await cluster.advance(24 * HOUR);
  expect(await names()).toEqual([]);
});

test('csrsigning: a request that its signer may not sign fails with a reason', async () => {
  await asked('serving', requestOf('/CN=jane'), { signerName: 'kubernetes.io/kubelet-serving', usages: ['server auth'] });
  expect((await approved('serving')).conditions).toMatchObject([
    { type: 'Approved' },
    { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message: 'subject organization is not system:nodes' },
  ]);
});

test("a kubelet's serving certificate has its names and addresses", async () => {
  const names = ['-addext', 'subjectAltName=DNS:worker-1,IP:10.0.0.7,IP:fd00::7'];
  const usages = ['digital signature', 'key encipherment', 'server auth'];
  const request = requestOf('/O=system:nodes/CN=system:node:worker-1', names);
  await asked('serving', request, { signerName: 'kubernetes.io/kubelet-serving', usages });
  const certificate = parsed(await approved('serving'));
  expect(certificate.subjectAltName).toBe('DNS:worker-1, IP Address:10.0.0.7, IP Address:FD00:0:0:0:0:0:0:7');
  expect(await whoami(certificate)).toEqual([401, 'Unauthorized']);
});

test('csrapproving: kubelets are approved by themselves once they are authorized', async () => {
  const usages = ['digital signature', 'client auth'];
  const signerName = 'kubernetes.io/kube-apiserver-client-kubelet';
  await asked('node', requestOf('/O=system:nodes/CN=system:node:worker-9'), { signerName, usages });
  await cluster.settle();
  const statusOf = async () => (await cluster.client.get(CertificateSigningRequest, 'node')).status ?? {};
  // The author is system:masters here, who may do anything.
  expect((await statusOf()).conditions).toMatchObject([
    {
      type: 'Approved',
      reason: 'AutoApproved',
      message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
    },
  ]);
  expect(await whoami(parsed(await statusOf()))).toMatchObject({ username: 'system:node:worker-9' });
});

test('a request whose author may not have it is approved when a binding says so', async () => {
  const usages = ['digital signature', 'client auth'];
  const signerName = 'kubernetes.io/kube-apiserver-client-kubelet';
  const request = requestOf('/O=system:nodes/CN=system:node:worker-9');
  const body = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'n' } };
  const bind = (name: string, role: string) =>
    cluster.client.create(ClusterRoleBinding, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:bootstrappers' }],
    });
  await bind('bootstrap', 'system:node-bootstrapper');
  const answer = await cluster.api.handle({
    method: 'POST',
    path: '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    query: '',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ ...body, spec: { request, signerName, usages } })),
    user: { name: 'system:bootstrap:abcdef', groups: ['system:bootstrappers', 'system:authenticated'] },
    requestId: 'r',
  });
  expect(answer.status).toBe(201);
  await cluster.settle();
  const statusOf = async () => (await cluster.client.get(CertificateSigningRequest, 'n')).status ?? {};
  expect(await statusOf()).toEqual({});
  await bind('auto-approve', 'system:certificates.k8s.io:certificatesigningrequests:nodeclient');
  await cluster.settle();
  expect(parsed(await statusOf()).subject).toBe('O=system:nodes\nCN=system:node:worker-9');
});
