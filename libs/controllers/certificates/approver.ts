import { CertificateSigningRequest, ClusterRole, ClusterRoleBinding, type certificatesv1, SubjectAccessReview } from '#api';
import type { ObjectKey } from '#apimachinery';
import { defineController, type Informers, type ReconcileContext, watching } from '#controller-runtime';
import { type CertificateRequest, parseRequest } from '#pki';
import { isDecided } from './conditions.js';
import { clientTrouble } from './kubelet-request.js';

type CSR = certificatesv1.CertificateSigningRequest;

const SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';

const isOpen = (request: CSR): boolean => request.spec.signerName === SIGNER && !request.status?.certificate && !isDecided(request);

/** A kind of request that is approved if its author has the permission of that name. */
interface Recognizer {
  permission: string;
  message: string;
  recognizes(object: CSR, request: CertificateRequest): boolean;
}

const RECOGNIZERS: readonly Recognizer[] = [
  {
    permission: 'selfnodeclient',
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
    recognizes: ({ spec }, { commonName }) => spec.username === commonName,
  },
  {
    permission: 'nodeclient',
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
    recognizes: () => true,
  },
];

async function isAllowed({ spec }: CSR, subresource: string, { client }: ReconcileContext): Promise<boolean> {
  const { username: user, uid, groups, extra } = spec;
  const resource = { group: 'certificates.k8s.io', resource: 'certificatesigningrequests', verb: 'create', subresource, version: '*' };
  const review = await client.create(SubjectAccessReview, {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: { name: '' },
    spec: { user, uid, groups, extra, resourceAttributes: resource },
  });
  return review.status?.allowed === true;
}

const openRequests = (_: unknown, informers: Informers): readonly ObjectKey[] =>
  informers
    .of(CertificateSigningRequest)
    .list()
    .filter(isOpen)
    .map(({ metadata }) => ({ name: metadata.name }));

/**
 * Approves kubelets' requests for client certificates if their authors may have them (pkg/controller/certificates/approver). Upstream tries
 * again at intervals; here changes of cluster roles and bindings wake it.
 */
export const csrApproving = defineController({
  name: 'csrapproving',
  queue: 'certificate',
  flag: 'certificatesigningrequest-approving-controller',
  for: CertificateSigningRequest,
  filter: ({ object, deleted }) => !deleted && isOpen(object),
  watches: [watching(ClusterRole, openRequests), watching(ClusterRoleBinding, openRequests)],
  async reconcile(object, ctx) {
    if (!isOpen(object)) return;
    const request = parseRequest(object.spec.request);
    if (typeof request === 'string') throw new Error(`unable to parse csr "${object.metadata.name}": ${request}`);
    if (clientTrouble(request, object.spec.usages ?? []) !== undefined) return;
    for (const { permission, message, recognizes } of RECOGNIZERS) {
      if (!recognizes(object, request) || !(await isAllowed(object, permission, ctx))) continue;
      const conditions = [...(object.status?.conditions ?? []), { type: 'Approved', status: 'True', reason: 'AutoApproved', message }];
      await ctx.client.update(
        CertificateSigningRequest,
        { ...object, status: { ...object.status, conditions } },
        { subresource: 'approval' },
      );
      return;
    }
  },
});
