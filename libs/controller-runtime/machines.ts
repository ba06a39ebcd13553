import type { KubeObject } from '#apimachinery';

/** A machine with a kubelet, whether or not a Node stands for it. */
export interface Machine {
  readonly name: string;
  /** Its internal IP. */
  readonly address: string;
  /** Quantities: `4`, `8Gi`. */
  readonly cpu: string;
  readonly memory: string;
  readonly pods: number;
  /** Of its kubelet. */
  readonly version: string;
  /** What its kubelet registers with: --node-labels, --register-with-taints. */
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: ReadonlyArray<{ key: string; value?: string; effect: string }>;
}

/** What is kept of the simulated machines beside the API's objects: rows of the cluster's store below /machine. */
export interface MachineRows {
  /** The machines that the cluster was made with. */
  machines(): readonly Machine[];
  /** An object of the API as it was at a revision; undefined if there was none, or if the log does not reach as far back. */
  past<T extends KubeObject>(
    location: { group: string; resource: string; namespace: string; name: string },
    revision: number,
  ): Promise<T | undefined>;
  read<T extends KubeObject>(key: string): Promise<T | undefined>;
  /** Whether clients have changed files in the containers of a pod. */
  hasFiles(podUid: string): boolean;
  /** Calls the listener with the uid of a pod when they have, before the next turn. */
  onFiles(listener: (podUid: string) => void): void;
  /** Creates or replaces a row. The oldest rows of its kind go when there are too many. */
  write(key: string, row: KubeObject): Promise<void>;
}
