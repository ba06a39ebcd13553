import { CertificateSigningRequest, type certificatesv1 } from '#api';
import { formatTime } from '#apimachinery';
import { defineController } from '#controller-runtime';
import { expiryOf, parseRequest, signRequest } from '#pki';
import { isToBeSigned } from './conditions.js';
import { apiClientTrouble, clientTrouble, servingTrouble } from './kubelet-request.js';
import { signingPolicy } from './policy.js';

type CSR = certificatesv1.CertificateSigningRequest;

/** The signers, with what each of them requires. No request has the signer kubernetes.io/legacy-unknown: certificates/v1 refuses it. */
const SIGNERS = new Map([
  ['kubernetes.io/kube-apiserver-client', apiClientTrouble],
  ['kubernetes.io/kube-apiserver-client-kubelet', clientTrouble],
  ['kubernetes.io/kubelet-serving', servingTrouble],
]);

/** When a request is looked at again for whose signer no CA is given. */
const WITHOUT_CA = 600_000;

const concerns = (request: CSR): boolean => SIGNERS.has(request.spec.signerName) && !request.status?.certificate && isToBeSigned(request);

function failed(object: CSR, message: string, now: number): CSR {
  const condition = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message, lastUpdateTime: formatTime(now) };
  return { ...object, status: { ...object.status, conditions: [...(object.status?.conditions ?? []), condition] } };
}

/** Signs approved requests with the cluster's CA (pkg/controller/certificates/signer). */
export const csrSigning = defineController({
  name: 'csrsigning',
  queue: 'certificate',
  flag: 'certificatesigningrequest-signing-controller',
  for: CertificateSigningRequest,
  filter: ({ object, deleted }) => !deleted && concerns(object),
  async reconcile(object, { client, clock, keys, settings }) {
    if (!concerns(object)) return;
    if (!settings.signs(object.spec.signerName)) return { requeueAfter: WITHOUT_CA };
    const { signerName, usages = [], expirationSeconds } = object.spec;
    const request = parseRequest(object.spec.request);
    if (typeof request === 'string') throw new Error(`unable to parse csr "${object.metadata.name}": ${request}`);
    const trouble = SIGNERS.get(signerName)?.(request, usages);
    if (trouble !== undefined) {
      await client.updateStatus(CertificateSigningRequest, failed(object, trouble, clock.now()));
      return;
    }
    const authority = await keys.clientAuthority();
    const policy = signingPolicy(
      { usages, expirationSeconds },
      { now: clock.now(), expiry: expiryOf(authority), longest: settings.signingDuration },
    );
    const certificate = Buffer.from(await signRequest(authority, request.der, policy)).toString('base64');
    await client.updateStatus(CertificateSigningRequest, { ...object, status: { ...object.status, certificate } });
    return;
  },
});
