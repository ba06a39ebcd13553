import type { corev1 } from '#api';
import { bareError } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { isMirrorPod, podOf } from '../pod-attributes.js';
import { rejected } from '../rejection.js';
import { ephemeralSecretRefusal, limitsSecrets, secretRefusal } from './mountable-secrets.js';

const DEFAULT = 'default';
const VOLUME_PREFIX = 'kube-api-access-';
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** An hour and 7 seconds, by which old clients that never reload are recognized (serviceaccount.WarnOnlyBoundTokenExpirationSeconds). */
const TOKEN_SECONDS = 3607;

function tokenVolume(name: string): corev1.Volume {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
      ],
      defaultMode: 0o644,
    },
  };
}

/** Mounts the account's token into every container that has no other mount at that path (mountServiceAccountToken). In place. */
function mountToken(pod: corev1.Pod, suffix: () => string): void {
  const { spec } = pod;
  const present = spec.volumes?.find(({ name }) => name.startsWith(VOLUME_PREFIX))?.name;
  const name = present ?? `${VOLUME_PREFIX}${suffix()}`;
  let mounted = false;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    if (container.volumeMounts?.some(({ mountPath }) => mountPath === MOUNT_PATH)) continue;
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: MOUNT_PATH }];
    mounted = true;
  }
  if (mounted && present === undefined) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

/** Whether a pod refers to secrets, which a mirror pod must not. */
function refersToSecrets({ spec }: corev1.Pod): boolean {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])];
  const byEnvironment = containers.some(
    ({ env = [], envFrom = [] }) => env.some(({ valueFrom }) => valueFrom?.secretKeyRef) || envFrom.some(({ secretRef }) => secretRef),
  );
  const byVolume = (spec.volumes ?? []).some(({ secret, projected }) => secret || projected?.sources?.some((source) => source.secret));
  return byEnvironment || byVolume || (spec.imagePullSecrets?.length ?? 0) > 0;
}

function checkMirror(attributes: AdmissionAttributes, pod: corev1.Pod): void {
  if (pod.spec.serviceAccountName) throw rejected(attributes, 'a mirror pod may not reference service accounts');
  if (refersToSecrets(pod)) throw rejected(attributes, 'a mirror pod may not reference secrets');
  if (pod.spec.volumes?.some(({ projected }) => projected?.sources?.some((source) => source.serviceAccountToken)))
    throw rejected(attributes, 'a mirror pod may not use ServiceAccountToken volume projections');
}

/**
 * Delays in milliseconds between checks for a missing default account, which its controller creates soon after the namespace. Upstream
 * checks ten times within one to two seconds; these delays add up to a second, with short ones first.
 */
const PAUSES: readonly number[] = [5, 10, 20, 40, 80, 150, 200, 245, 250];

async function accountOf(attributes: AdmissionAttributes, name: string, ctx: AdmissionContext): Promise<corev1.ServiceAccount> {
  const { namespace } = attributes;
  const look = () => ctx.reader.get<corev1.ServiceAccount>('', 'serviceaccounts', namespace, name);
  let account = await look();
  for (const pause of name === DEFAULT && ctx.pause ? PAUSES : []) {
    if (account) break;
    await ctx.pause?.(pause);
    account = await look();
  }
  if (account) return account;
  throw rejected(attributes, `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`);
}

async function admit(attributes: AdmissionAttributes, pod: corev1.Pod, ctx: AdmissionContext): Promise<void> {
  const { spec } = pod;
  spec.serviceAccountName ||= DEFAULT;
  // The deprecated field always has the same value.
  spec.serviceAccount = spec.serviceAccountName;
  const account = await accountOf(attributes, spec.serviceAccountName, ctx);
  if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) {
    const { generateName = '', name = generateName } = pod.metadata;
    mountToken(pod, () => ctx.random.draw('token volume', `${attributes.namespace}/${name || generateName}`).suffix(5));
  }
  if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length)
    spec.imagePullSecrets = account.imagePullSecrets.map(({ name }) => ({ name }));
  check(attributes, pod, account);
}

/** Refuses secrets that the account does not list, if it limits them. */
function check(attributes: AdmissionAttributes, pod: corev1.Pod, account: corev1.ServiceAccount): void {
  const reason = limitsSecrets(account) ? secretRefusal(pod, account) : undefined;
  if (reason !== undefined) throw rejected(attributes, reason);
}

function nameOf(attributes: AdmissionAttributes, { metadata, spec }: corev1.Pod): string {
  if (spec.serviceAccountName) return spec.serviceAccountName;
  throw rejected(attributes, `no service account specified for pod ${attributes.namespace}/${metadata.name ?? ''}`);
}

/** What other plugins, and webhooks, have made of the pod. */
async function validate(attributes: AdmissionAttributes, pod: corev1.Pod, ctx: AdmissionContext): Promise<void> {
  check(attributes, pod, await accountOf(attributes, nameOf(attributes, pod), ctx));
}

async function validateEphemeral(attributes: AdmissionAttributes, pod: corev1.Pod, ctx: AdmissionContext): Promise<void> {
  const account = await accountOf(attributes, nameOf(attributes, pod), ctx);
  const reason = limitsSecrets(account) ? ephemeralSecretRefusal(pod, account) : undefined;
  // Upstream returns a plain error here.
  if (reason !== undefined) throw bareError(reason);
}

/** Pods run as a service account and get its token (plugin/pkg/admission/serviceaccount). */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  operations: ['CREATE', 'UPDATE'],
  resources: ['pods', 'pods/ephemeralcontainers'],
  admit(attributes, ctx) {
    const pod = attributes.operation === 'CREATE' ? podOf(attributes) : undefined;
    if (!pod) return;
    if (isMirrorPod(pod)) return checkMirror(attributes, pod);
    return admit(attributes, pod, ctx);
  },
  validate(attributes, ctx) {
    const { operation, group, resource, subresource, object } = attributes;
    if (operation === 'UPDATE') {
      if (group !== '' || resource !== 'pods' || subresource !== 'ephemeralcontainers') return;
      return validateEphemeral(attributes, object as corev1.Pod, ctx);
    }
    const pod = podOf(attributes);
    if (!pod) return;
    return isMirrorPod(pod) ? checkMirror(attributes, pod) : validate(attributes, pod, ctx);
  },
};
