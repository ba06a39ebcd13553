import type { corev1 } from '#api';

type Container = corev1.Container | corev1.EphemeralContainer;

const ANNOTATION = 'kubernetes.io/enforce-mountable-secrets';

/** Whether the pods of an account may only use the secrets that it lists (enforceMountableSecrets). */
export const limitsSecrets = ({ metadata }: corev1.ServiceAccount): boolean =>
  /^(1|t|T|TRUE|true|True)$/.test(metadata.annotations?.[ANNOTATION] ?? '');

const namesIn = (references: ReadonlyArray<{ name?: string }> = []): ReadonlySet<string> =>
  new Set(references.map(({ name = '' }) => name));

/** The first use of a secret by a container's variables that is not allowed. */
function wrongVariable(containers: readonly Container[] = [], what: string, allowed: ReadonlySet<string>): string | undefined {
  for (const { name, env = [], envFrom = [] } of containers) {
    for (const variable of env) {
      const secret = variable.valueFrom?.secretKeyRef;
      if (secret && !allowed.has(secret.name ?? ''))
        return `${what} ${name} with envVar ${variable.name} referencing secret.secretName="${secret.name ?? ''}"`;
    }
    for (const { secretRef } of envFrom)
      if (secretRef && !allowed.has(secretRef.name ?? ''))
        return `${what} ${name} with envFrom referencing secret.secretName="${secretRef.name ?? ''}"`;
  }
  return undefined;
}

const refusal = (use: string, { metadata }: corev1.ServiceAccount): string =>
  `${use} is not allowed because service account ${metadata.name} does not reference that secret`;

/** Why a pod may not use a secret under its account (limitSecretReferences); undefined if all are allowed. */
export function secretRefusal({ spec }: corev1.Pod, account: corev1.ServiceAccount): string | undefined {
  const allowed = namesIn(account.secrets);
  const volume = (spec.volumes ?? []).find(({ secret }) => secret && !allowed.has(secret.secretName ?? ''));
  const use = volume
    ? `volume with secret.secretName="${volume.secret?.secretName ?? ''}"`
    : (wrongVariable(spec.initContainers, 'init container', allowed) ?? wrongVariable(spec.containers, 'container', allowed));
  if (use !== undefined) return refusal(use, account);
  const pullSecrets = namesIn(account.imagePullSecrets);
  const references = spec.imagePullSecrets ?? [];
  const index = references.findIndex(({ name = '' }) => !pullSecrets.has(name));
  if (index < 0) return undefined;
  const begin = `imagePullSecrets[${index}].name="${references[index]?.name ?? ''}"`;
  return `${begin} is not allowed because service account ${account.metadata.name} does not reference that imagePullSecret`;
}

/** The same for a pod's ephemeral containers (limitEphemeralContainerSecretReferences). */
export function ephemeralSecretRefusal({ spec }: corev1.Pod, account: corev1.ServiceAccount): string | undefined {
  const use = wrongVariable(spec.ephemeralContainers, 'ephemeral container', namesIn(account.secrets));
  return use === undefined ? undefined : refusal(use, account);
}
