import type { corev1 } from '#api';
import { ConfigMap, Pod, PriorityClass, ResourceClaim, RuntimeClass, Secret, ServiceAccount } from '#api';
import { podsByReference } from './pod.js';
import { referredToBy, refersToMany, refersToOne } from './references.js';
import type { Relation } from './relation.js';

const names = (references: ReadonlyArray<{ name?: string }> = []): string[] => references.flatMap(({ name }) => name || []);

/** The Secrets that an account names. */
const secretsOf = ({ imagePullSecrets, secrets }: corev1.ServiceAccount): string[] => [
  ...new Set([...names(imagePullSecrets), ...names(secrets)]),
];

/** From ConfigMaps, Secrets, accounts, claims and classes to the pods that use them. */
export const userRelations: readonly Relation[] = [
  referredToBy({
    on: ConfigMap,
    field: 'pods',
    description: 'The Pods whose volumes or environment variables refer to this ConfigMap.',
    to: Pod,
    by: podsByReference,
    keys: ({ metadata }) => [`configmap/${metadata.name}`],
  }),
  referredToBy({
    on: Secret,
    field: 'pods',
    description: 'The Pods whose volumes, environment variables or image pulls refer to this Secret.',
    to: Pod,
    by: podsByReference,
    keys: ({ metadata }) => [`secret/${metadata.name}`],
  }),
  refersToOne({
    on: Secret,
    field: 'serviceAccount',
    description: 'The ServiceAccount whose token this Secret holds.',
    to: ServiceAccount,
    at: ({ metadata }) => ({ name: metadata.annotations?.['kubernetes.io/service-account.name'] }),
  }),
  referredToBy({
    on: ServiceAccount,
    field: 'pods',
    description: 'The Pods that run as this account.',
    to: Pod,
    by: podsByReference,
    keys: ({ metadata }) => [`account/${metadata.name}`],
  }),
  referredToBy({
    on: ServiceAccount,
    field: 'tokenSecrets',
    description: 'The Secrets with tokens of this account.',
    to: Secret,
    by: {
      name: 'account',
      keys: ({ metadata: { annotations } }) => {
        const name = annotations?.['kubernetes.io/service-account.name'];
        return name ? [name] : [];
      },
    },
  }),
  refersToMany({
    on: ServiceAccount,
    field: 'pullSecrets',
    description: 'The Secrets of imagePullSecrets, which pods of this account get that name none.',
    to: Secret,
    names: ({ imagePullSecrets }) => names(imagePullSecrets),
  }),
  refersToMany({
    on: ServiceAccount,
    field: 'mountableSecrets',
    description: 'The Secrets of `secrets`, which pods of this account may mount.',
    to: Secret,
    names: ({ secrets }) => names(secrets),
  }),
  referredToBy({
    on: Secret,
    field: 'serviceAccounts',
    description: 'The ServiceAccounts that name this Secret, for pulling images or among those that their pods may mount.',
    to: ServiceAccount,
    by: { name: 'secrets', keys: secretsOf },
  }),
  referredToBy({
    on: ResourceClaim,
    field: 'pods',
    description: 'The Pods that use this claim.',
    to: Pod,
    by: podsByReference,
    keys: ({ metadata }) => [`resourceclaim/${metadata.name}`],
  }),
  referredToBy({
    on: PriorityClass,
    field: 'pods',
    description: 'The Pods that name this class.',
    to: Pod,
    by: { name: 'priority', keys: ({ spec }) => (spec.priorityClassName ? [spec.priorityClassName] : []) },
  }),
  referredToBy({
    on: RuntimeClass,
    field: 'pods',
    description: 'The Pods that name this class.',
    to: Pod,
    by: { name: 'runtime', keys: ({ spec }) => (spec.runtimeClassName ? [spec.runtimeClassName] : []) },
  }),
];
