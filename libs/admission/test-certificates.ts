import type { ResourceStrategy } from '#apiserver';
import type { TestCluster } from '#apiserver/test-cluster';
import { cluster, post } from './test-cluster.js';

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

/** CertificateSigningRequests with the approval subresource, without rules for what it may change. */
const strategies: readonly ResourceStrategy[] = [
  {
    group: 'certificates.k8s.io',
    resource: 'certificatesigningrequests',
    subresources: { approval: { prepareForUpdate: () => undefined }, status: { prepareForUpdate: () => undefined } },
  },
];

/** A CertificateSigningRequest `a`; `der` is the base64 of a PKCS #10 request. */
export const signingRequest = (signerName: string, der = '') => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name: 'a' },
  spec: {
    signerName,
    request: Buffer.from(`-----BEGIN CERTIFICATE REQUEST-----\n${der}\n-----END CERTIFICATE REQUEST-----\n`).toString('base64'),
    usages: ['client auth'],
  },
});

/** Creates a request and returns the API's response. */
export async function makeRequest(request: ReturnType<typeof signingRequest>) {
  return post(await cluster(strategies), REQUESTS, request);
}

/** What a user may do to which signers, e.g. `approve example.com/*`. Undefined: nothing. */
type Grant = readonly [verb: string, signer: string] | undefined;

async function grant(made: TestCluster, given: Grant): Promise<void> {
  const signers = given && { apiGroups: ['certificates.k8s.io'], resources: ['signers'], verbs: [given[0]], resourceNames: [given[1]] };
  const requests = {
    apiGroups: ['certificates.k8s.io'],
    resources: ['certificatesigningrequests/approval', 'certificatesigningrequests/status'],
    verbs: ['update', 'patch'],
  };
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const rules = signers ? [requests, signers] : [requests];
  await post(made, `${rbac}/clusterroles`, { apiVersion, kind: 'ClusterRole', metadata: { name: 'r' }, rules });
  const subjects = [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' };
  await post(made, `${rbac}/clusterrolebindings`, { apiVersion, kind: 'ClusterRoleBinding', metadata: { name: 'b' }, subjects, roleRef });
}

/** As jane, who may update the subresource and has one grant, patches the status of a request for example.com/s. */
export async function patchAsJane(subresource: 'approval' | 'status', given: Grant, status: object): Promise<[number, unknown]> {
  const made = await cluster(strategies);
  await grant(made, given);
  await post(made, REQUESTS, signingRequest('example.com/s'));
  const headers = { 'content-type': 'application/merge-patch+json' };
  const user = { name: 'jane', groups: ['system:authenticated'] };
  const answer = await made.call('PATCH', `${REQUESTS}/a/${subresource}`, { headers, user, body: { status } });
  return [answer.status, answer.body.message];
}
