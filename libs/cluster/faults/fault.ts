import type { Instant, KubeObject } from '#apimachinery';
import type { MachineBoot } from './boots.js';
import type { ControlPlaneHistory } from './history.js';
import type { InstanceElection } from './leader-election.js';
import type { EtcdPeer } from './membership.js';

/** What can be done to a part of a cluster; FAULT_KINDS says what each needs. */
export const FAULT_TYPES = [
  'stop',
  'crash',
  'pause',
  'slow',
  'cut',
  'fill-disk',
  'skew-clock',
  'slow-pull',
  'fail-pull',
  'corrupt-manifest',
  'corrupt-data',
  'shutdown',
] as const;
export type FaultType = (typeof FAULT_TYPES)[number];

/** The component that the provider of a cloud brings. */
export const CLOUD_CONTROLLER_MANAGER = 'cloud-controller-manager';
/** The components that can fail, each on its own. */
export const FAULTY_COMPONENTS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  CLOUD_CONTROLLER_MANAGER,
] as const;
export type FaultyComponent = (typeof FAULTY_COMPONENTS)[number];
/** Those that are static pods of the nodes of the control plane; the last one only where these are machines of a cloud. */
export const STATIC_COMPONENTS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', CLOUD_CONTROLLER_MANAGER] as const;
export type StaticComponent = (typeof STATIC_COMPONENTS)[number];

/** A fault that cannot be injected, and why. */
export class FaultRefused extends Error {}

/** What is asked for. Without a component it concerns the node as a whole; without a node, all instances of the component. */
export interface FaultRequest {
  type: FaultType;
  component?: FaultyComponent;
  node?: string;
  /** The other end of a cut; unset: all other nodes. */
  peer?: string;
  /** The code with which a process ends. */
  exitCode?: number;
  /** Milliseconds. */
  delay?: number;
  /** Milliseconds by which a clock is ahead. */
  skew?: number;
  /** The images that are concerned; `*` stands for any text. */
  image?: string;
}

/** A fault that has been injected and not been healed. */
export interface Fault extends FaultRequest {
  id: string;
  /** Cluster time. */
  since: Instant;
  /** From when on the certificates of the node are valid whose clock is wrong. */
  validFrom?: Instant;
  /** When kubelets will have restarted the processes that it pauses, by node, and where they have. */
  restarts?: Readonly<Record<string, Instant>>;
  restarted?: readonly string[];
}

/** A component that does not come up on a node because of what is in the files there. */
export interface ManifestTrouble {
  component: StaticComponent;
  node: string;
  since: Instant;
  /** `missing`: the kubelet finds no pod. `unstartable`: its container cannot be started. `failing`: its process ends, with this message. */
  state: 'missing' | 'unstartable' | 'failing';
  message: string;
  /** The files are right, but not what is in the directory of its data. */
  ofData?: true;
}

/** The faults of a cluster, as a row of its store beside /registry: they come along in copies, and every process follows them. */
export interface FaultList extends KubeObject {
  /** The number of the next fault. */
  next: number;
  faults: readonly Fault[];
  /** What the files of the nodes of the control plane keep from running. */
  troubles?: readonly ManifestTrouble[];
  /** How instances of components elect their leaders, where their files say otherwise than kubeadm's. */
  elections?: readonly InstanceElection[];
  /** The members of etcd, once they were changed; unset: those of kubeadm. */
  peers?: readonly EtcdPeer[];
  history: ControlPlaneHistory;
  /** The last starts of machines that were off, the latest at the end. */
  boots?: readonly MachineBoot[];
}

/** The key of the row. */
export const FAULTS_KEY = '/machine/faults';

/** The types of faults that keep a process from working. */
const HOLDING: ReadonlySet<FaultType> = new Set(['stop', 'crash', 'pause', 'corrupt-data']);

/** Something that keeps a component from working on a node: a fault, or its files. */
export type Hold = Omit<Fault, 'id'> & { readonly message?: string };

/** All that keeps components from working. */
export const holdsOf = ({ faults, troubles = [] }: Pick<FaultList, 'faults' | 'troubles'>): readonly Hold[] =>
  troubles.length === 0
    ? faults
    : [...faults, ...troubles.map(({ state, ...trouble }) => ({ ...trouble, type: state === 'failing' ? 'crash' : 'stop' }) as const)];

/** What keeps a component from working on a node; undefined if nothing does. */
export const holdOf = (holds: readonly Hold[], component: FaultyComponent, node: string): Hold | undefined =>
  holds.find(
    (hold) =>
      HOLDING.has(hold.type) &&
      !hold.restarted?.includes(node) &&
      (hold.component === component ? hold.node === undefined || hold.node === node : hold.component === undefined && hold.node === node),
  );

/** What makes a component slow on a node; undefined if nothing does. */
export const slowOf = (holds: readonly Hold[], component: FaultyComponent, node: string): Hold | undefined =>
  holds.find((hold) => hold.type === 'slow' && hold.component === component && (hold.node === undefined || hold.node === node));

/** Of certificates that kubeadm signs, and how much before their node was made they begin (kubeadm/app/constants). */
const CERTIFICATE_VALIDITY = 365 * 24 * 3_600_000;
const CERTIFICATE_BACKDATE = 5 * 60_000;

/** Whether a clock is so wrong at a time that the certificates of its node are not valid: its kubelet reaches no API server. */
export function isOutOfValidity({ validFrom = 0, skew = 0 }: Pick<Fault, 'validFrom' | 'skew'>, now: Instant): boolean {
  const local = now + skew;
  return local < validFrom - CERTIFICATE_BACKDATE || local > validFrom + CERTIFICATE_VALIDITY;
}

/** By how much the clock of a node is ahead at a time. */
export const skewAt = (holds: readonly Hold[], node: string, at: Instant): number =>
  holds.find((hold) => hold.type === 'skew-clock' && hold.node === node && hold.since <= at)?.skew ?? 0;

/** The fault that keeps two nodes from reaching one another. */
export const cutBetween = (faults: ReadonlyArray<Pick<Fault, 'type' | 'since' | 'node' | 'peer'>>, one: string, other: string) =>
  one === other
    ? undefined
    : faults.find(
        ({ type, node, peer }) =>
          type === 'cut' &&
          ((node === one && (peer === undefined || peer === other)) || (node === other && (peer === undefined || peer === one))),
      );
