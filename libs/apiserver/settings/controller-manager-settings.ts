import { goQuote } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import type { ControllerOptions } from '#component-base';
import { controllerOptions, optionErrors } from './controller-options.js';
import { canonicalControllers, controllerErrors, controllerNames, enabledControllers } from './enabled-controllers.js';
import { booleanOf, checkKnown, durationOf, endWith, type Flags, listOf, StartFailure } from './flags.js';
import { CONTROLLER_MANAGER_FLAGS } from './known-flags.js';
import { checkElection, defaultElection, flaggedElection, type LeaderElection, managerLockErrors } from './leader-election.js';
import { type ManifestKind, ManifestSource, newCompiled } from './manifest-source.js';
import { CONTROLLER_MANAGER_MANIFEST, missingFiles, type ReadFile } from './node-files.js';
import { podRangeError } from './pod-ranges.js';

/** What the flags of kube-controller-manager decide. Immutable; shared by all clusters with the same manifest. */
export interface ControllerManagerSettings {
  readonly flags: Flags;
  /** Whether a controller runs, by its name in --controllers. */
  runs(controller: string): boolean;
  /** How long certificates are valid at most, in milliseconds (--cluster-signing-duration). */
  readonly signingDuration: number;
  /** Whether certificates of a signer are signed: a CA's files are given for it. */
  signs(signer: string): boolean;
  /** What else the controllers do. */
  readonly options: ControllerOptions;
  readonly election: LeaderElection;
  /** The items of --controllers, by the controllers' own names. */
  readonly controllers: readonly string[];
}

const NAME = 'kube-controller-manager';
/** The controller that does not run without --allocate-node-cidrs. */
const IPAM = 'node-ipam-controller';

/** The controllers of kube-controller-manager v1.36 with their aliases (cmd/kube-controller-manager/names, app). */
const CONTROLLERS: ReadonlyArray<readonly [name: string, alias?: string]> = [
  ['bootstrap-signer-controller', 'bootstrapsigner'],
  ['certificatesigningrequest-approving-controller', 'csrapproving'],
  ['certificatesigningrequest-cleaner-controller', 'csrcleaner'],
  ['certificatesigningrequest-signing-controller', 'csrsigning'],
  ['cloud-node-lifecycle-controller', 'cloud-node-lifecycle'],
  ['clusterrole-aggregation-controller', 'clusterrole-aggregation'],
  ['cronjob-controller', 'cronjob'],
  ['daemonset-controller', 'daemonset'],
  ['deployment-controller', 'deployment'],
  ['device-taint-eviction-controller'],
  ['disruption-controller', 'disruption'],
  ['endpoints-controller', 'endpoint'],
  ['endpointslice-controller', 'endpointslice'],
  ['endpointslice-mirroring-controller', 'endpointslicemirroring'],
  ['ephemeral-volume-controller', 'ephemeral-volume'],
  ['garbage-collector-controller', 'garbagecollector'],
  ['horizontal-pod-autoscaler-controller', 'horizontalpodautoscaling'],
  ['job-controller', 'job'],
  ['kube-apiserver-serving-clustertrustbundle-publisher-controller'],
  ['legacy-serviceaccount-token-cleaner-controller', 'legacy-service-account-token-cleaner'],
  ['namespace-controller', 'namespace'],
  ['node-ipam-controller', 'nodeipam'],
  ['node-lifecycle-controller', 'nodelifecycle'],
  ['node-route-controller', 'route'],
  ['persistentvolume-attach-detach-controller', 'attachdetach'],
  ['persistentvolume-binder-controller', 'persistentvolume-binder'],
  ['persistentvolume-expander-controller', 'persistentvolume-expander'],
  ['persistentvolume-protection-controller', 'pv-protection'],
  ['persistentvolumeclaim-protection-controller', 'pvc-protection'],
  ['pod-garbage-collector-controller', 'podgc'],
  ['podcertificaterequest-cleaner-controller'],
  ['podgroup-protection-controller'],
  ['replicaset-controller', 'replicaset'],
  ['replicationcontroller-controller', 'replicationcontroller'],
  ['resourceclaim-controller', 'resource-claim-controller'],
  ['resourcepoolstatusrequest-controller'],
  ['resourcequota-controller', 'resourcequota'],
  ['root-ca-certificate-publisher-controller', 'root-ca-cert-publisher'],
  ['selinux-warning-controller'],
  ['service-ca-certificate-publisher-controller', 'service-ca-cert-publisher'],
  ['service-cidr-controller'],
  ['service-lb-controller', 'service'],
  ['serviceaccount-controller', 'serviceaccount'],
  ['serviceaccount-token-controller', 'serviceaccount-token'],
  ['statefulset-controller', 'statefulset'],
  ['storage-version-migrator-controller', 'svm'],
  ['storageversion-garbage-collector-controller', 'storage-version-gc'],
  ['taint-eviction-controller'],
  ['token-cleaner-controller', 'tokencleaner'],
  ['ttl-after-finished-controller', 'ttl-after-finished'],
  ['ttl-controller', 'ttl'],
  ['validatingadmissionpolicy-status-controller'],
  ['volumeattributesclass-protection-controller'],
];

const NAMES = controllerNames(CONTROLLERS);

const OFF_BY_DEFAULT: ReadonlySet<string> = new Set([
  'bootstrap-signer-controller',
  'token-cleaner-controller',
  'selinux-warning-controller',
]);

/** The signers with the prefixes of their flags (options/csrsigningcontroller.go). */
const SIGNERS: ReadonlyArray<readonly [signer: string, flag: string, title: string]> = [
  ['kubernetes.io/kubelet-serving', 'cluster-signing-kubelet-serving', 'cluster-signing-kubelet-serving'],
  ['kubernetes.io/kube-apiserver-client-kubelet', 'cluster-signing-kubelet-client', 'cluster-signing-kube-apiserver-client'],
  ['kubernetes.io/kube-apiserver-client', 'cluster-signing-kube-apiserver-client', 'cluster-signing-kube-apiserver'],
  ['kubernetes.io/legacy-unknown', 'cluster-signing-legacy-unknown', 'cluster-signing-legacy-unknown'],
];

const filesOf = (flag: string): [cert: string, key: string] => [`${flag}-cert-file`, `${flag}-key-file`];

/** How many of a signer's two files are given, and what is wrong with that. */
function signerFiles(flags: Flags, flag: string): { cert: boolean; key: boolean; error?: string } {
  const [cert, key] = filesOf(flag).map((name) => (flags.get(name) ?? '') !== '') as [boolean, boolean];
  if (cert === key) return { cert, key };
  return { cert, key, error: cert ? 'cannot specify cert without key' : 'cannot specify key without cert' };
}

function signingErrors(flags: Flags): string[] {
  const errors = SIGNERS.flatMap(([, flag, title]) => {
    const { error } = signerFiles(flags, flag);
    return error === undefined ? [] : [`${goQuote(title)}: ${error}`];
  });
  const single = signerFiles(flags, 'cluster-signing');
  const specific = SIGNERS.some(([, flag]) => signerFiles(flags, flag).cert || signerFiles(flags, flag).key);
  if ((single.cert || single.key) && specific) {
    errors.push('cannot specify --cluster-signing-{cert,key}-file and other --cluster-signing-*-file flags at the same time');
  }
  return errors;
}

/** Files that kube-controller-manager opens at its start. */
const OPENED = [
  'kubeconfig',
  'authentication-kubeconfig',
  'authorization-kubeconfig',
  'client-ca-file',
  'requestheader-client-ca-file',
  'root-ca-file',
  'service-account-private-key-file',
  ...['cluster-signing', ...SIGNERS.map(([, flag]) => flag)].flatMap(filesOf),
];

const YEAR = 365 * 24 * 3_600_000;

/** What the flags say. Throws StartFailure with what kube-controller-manager says before it ends. */
export function controllerManagerSettings(flags: Flags, read: ReadFile): ControllerManagerSettings {
  checkKnown(flags, CONTROLLER_MANAGER_FLAGS);
  const signingDuration = durationOf(flags, 'cluster-signing-duration') ?? YEAR;
  const options = controllerOptions(flags);
  const items = flags.has('controllers') ? listOf(flags, 'controllers') : ['*'];
  const election = flaggedElection(flags, defaultElection(NAME));
  endWith([...managerLockErrors(election), ...controllerErrors(items, NAMES), ...signingErrors(flags), ...optionErrors(options)]);
  endWith(missingFiles(flags, OPENED, read));
  checkElection(election);
  const enabled = enabledControllers(items, NAMES, OFF_BY_DEFAULT);
  const allocates = booleanOf(flags, 'allocate-node-cidrs', false);
  const runs = (controller: string) => enabled(controller) && (allocates || controller !== IPAM);
  const ranges = runs(IPAM) ? podRangeError(flags) : undefined;
  endWith(ranges === undefined ? [] : [ranges]);
  const single = signerFiles(flags, 'cluster-signing');
  const signers = new Set(SIGNERS.filter(([, flag]) => (single.cert && single.key) || signerFiles(flags, flag).cert).map(([name]) => name));
  return {
    flags,
    runs,
    signingDuration,
    signs: (signer) => signers.has(signer),
    options,
    election,
    controllers: canonicalControllers(items, NAMES),
  };
}

/** What kubeadm's manifest says of what is decided here. */
const KUBEADM: Flags = new Map([
  ['allocate-node-cidrs', 'true'],
  ['cluster-cidr', '10.244.0.0/16'],
  ['cluster-signing-cert-file', '/etc/kubernetes/pki/ca.crt'],
  ['cluster-signing-key-file', '/etc/kubernetes/pki/ca.key'],
  ['controllers', '*,bootstrapsigner,tokencleaner'],
]);

const kind: ManifestKind<ControllerManagerSettings> = {
  manifest: CONTROLLER_MANAGER_MANIFEST,
  compile: controllerManagerSettings,
  compiled: newCompiled(),
  fallback: controllerManagerSettings(KUBEADM, () => undefined),
};

/** What the manifest of the cluster's kube-controller-manager says, as of now. */
export class ControllerManagerSource extends ManifestSource<ControllerManagerSettings> {
  constructor(store: ClusterStore) {
    super(store, kind);
  }

  /** Undefined if it is down. */
  current(): ControllerManagerSettings | undefined {
    const outcome = this.outcome();
    return outcome instanceof StartFailure ? undefined : outcome;
  }
}
