import { type Instant, type KubeObject, parseTime } from '#apimachinery';
import type { Pace } from '../shell/kernel.js';
import type { ComponentAccess } from './component-access.js';
import type { EtcdAccess } from './etcd-access.js';
import type { KeptFiles } from './kept-files.js';
import type { VolumeFiles } from './volume-files.js';

/** What a machine asks of its cluster: the objects that its pods refer to, and the time. */
export interface MachineWorld {
  readonly clock: { now(): number };
  readonly objects: {
    get<T extends KubeObject>(group: string, resource: string, namespace: string, name: string): Promise<T | undefined>;
    list<T extends KubeObject>(group: string, resource: string, namespace?: string): Promise<T[]>;
    /** An object as it was at a revision; undefined if there was none, or if that is not kept. Unset where nothing is kept. */
    past?<T extends KubeObject>(group: string, resource: string, namespace: string, name: string, revision: number): Promise<T | undefined>;
  };
  /** A ServiceAccount token for a projected volume; unset where none can be issued. */
  issueToken?(request: {
    namespace: string;
    account: string;
    pod: string;
    podUid: string;
    audience?: string;
    expirationSeconds: number;
  }): Promise<string>;
  /** What clients have changed in the files of a pod's containers; unset where nothing is kept. */
  keptFiles?(podUid: string): Promise<KeptFiles | undefined>;
  /** The files that are kept of a volume, by its key; unset where nothing is kept. */
  volumeFiles?(key: string): Promise<VolumeFiles | undefined>;
  /** What is broken on purpose; unset: nothing. */
  readonly faults?: {
    /** Whether connections get from one node to another. */
    reaches(from: string, to: string): boolean;
    /** From when to when the machine of a node was off last. */
    boot?(node: string): { readonly off: number; readonly at: number } | undefined;
    /** By how many milliseconds the clock of a node is ahead at a time. */
    skewAt?(node: string, at: number): number;
    /** What the process of a static pod says before it ends, while it ends whenever it is started. */
    lastWords?(component: string, node: string): string | undefined;
    /** Whether the process of a static pod is paused. */
    isPaused?(component: string, node: string): boolean;
  };
  /** The KubeletConfiguration of a node; unset: all is as by default. */
  kubeletConfiguration?(node: string): Readonly<Record<string, unknown>>;
  /** For the programs of Kubernetes itself; unset where nobody asks. */
  readonly components?: ComponentAccess;
  /** etcd, for its own client; unset where nobody asks. */
  readonly etcd?: EtcdAccess;
  /** Lets the event loop go on while processes are brought up to date. */
  readonly pace: Pace;
}

/** The objects without those that were created after an instant. */
export function existingAt(objects: MachineWorld['objects'], at: Instant): MachineWorld['objects'] {
  const isThere = ({ metadata }: KubeObject): boolean => (parseTime(metadata.creationTimestamp ?? '') ?? 0) <= at;
  return {
    async get<T extends KubeObject>(group: string, resource: string, namespace: string, name: string) {
      const found = await objects.get<T>(group, resource, namespace, name);
      return found && isThere(found) ? found : undefined;
    },
    async list<T extends KubeObject>(group: string, resource: string, namespace?: string) {
      return (await objects.list<T>(group, resource, namespace)).filter(isThere);
    },
  };
}
