import { stringify } from 'yaml';
import type { corev1 } from '#api';
import {
  type ApiServer,
  CLOUD_CONTROLLER_MANAGER_MANIFEST,
  CONTROL_PLANE_KEY,
  CONTROLLER_MANAGER_MANIFEST,
  controlPlaneNodes,
  fileKey,
  flagsOf,
  MANIFEST,
  manifestPod,
  type NodeFile,
  SCHEDULER_MANIFEST,
  withoutEffect,
} from '#apiserver';
import { apiServerManifest, cloudControllerManagerManifest, controllerManagerManifest, schedulerManifest } from '#kubeadm';
import { CLOUD_KEY, managerPlace } from './cloud/cloud.js';
import { ClusterFaults } from './faults/cluster-faults.js';
import { FaultRefused, type StaticComponent } from './faults/fault.js';
import { contentOf, filesOf, manifestTrouble } from './faults/manifest-troubles.js';
import { fileTrouble } from './file-trouble.js';

/** Files of a node at most. */
const MOST_FILES = 200;

/** A file that cannot be written, and why. */
export class FileRefused extends Error {}

/** Whether a component is up with its manifest. */
export interface ComponentState {
  running: boolean;
  /** Why it is not: what it says before it ends. */
  failure?: string;
  /** Flags of its manifest that change nothing here. */
  withoutEffect: string[];
}

const MANIFESTS: readonly string[] = [MANIFEST, CONTROLLER_MANAGER_MANIFEST, SCHEDULER_MANIFEST];

/** The files of a node that its components read, until nodes have file systems. */
export class NodeFiles {
  private constructor(
    private readonly api: ApiServer,
    readonly node: string,
    private readonly about: {
      /** Whether the components of the control plane read its files. */
      isControlPlane: boolean;
      /** Whether what kubeadm leaves on it is in files: not in a cluster of a former version. */
      isWritten: boolean;
    },
  ) {}

  /** The files of a node; by default, of the first one of the control plane. */
  static async of(api: ApiServer, node?: string): Promise<NodeFiles> {
    const row = await api.cluster.store.get(CONTROL_PLANE_KEY);
    const members = controlPlaneNodes(row);
    const name = node ?? members[0] ?? '';
    return new NodeFiles(api, name, { isControlPlane: members.includes(name), isWritten: row !== undefined });
  }

  get isControlPlane(): boolean {
    return this.about.isControlPlane;
  }

  /** Whether there is such a node. */
  async hasNode(): Promise<boolean> {
    const nodes = await this.api.cluster.reader.list<corev1.Node>('', 'nodes');
    return nodes.some(({ metadata }) => metadata.name === this.node);
  }

  /** The content of a file; undefined if there is none. */
  async read(path: string): Promise<string | undefined> {
    const row = await this.api.cluster.store.get(fileKey(this.node, path));
    if (row !== undefined) return (row.object as NodeFile).content;
    return this.isControlPlane && !this.about.isWritten && MANIFESTS.includes(path) ? stringify(await this.ofKubeadm(path)) : undefined;
  }

  /** Creates or replaces a file. Throws FileRefused. */
  async write(path: string, content: string): Promise<void> {
    const trouble = fileTrouble(path, content);
    if (trouble !== undefined) throw new FileRefused(trouble);
    const files = await filesOf(this.api, this.node);
    if (!files.has(path) && files.size >= MOST_FILES) throw new FileRefused(`the node has ${MOST_FILES} files`);
    await this.change(path, content);
  }

  /** Removes a file. Whether there was one. */
  async remove(path: string): Promise<boolean> {
    if (!(await filesOf(this.api, this.node)).has(path)) return false;
    await this.change(path, undefined);
    return true;
  }

  private async change(path: string, content: string | undefined): Promise<void> {
    try {
      await new ClusterFaults(this.api).changeFiles(this.node, new Map([[path, content]]));
    } catch (error) {
      throw error instanceof FaultRefused ? new FileRefused('others write it at the same time') : error;
    }
  }

  /** Why the API server is down; undefined if it is not. */
  async failure(): Promise<string | undefined> {
    return (await this.stateOf('kube-apiserver')).failure;
  }

  /** Whether the cluster has cloud-controller-manager in static pods. */
  async hasCloudManager(): Promise<boolean> {
    return managerPlace(await this.api.cluster.store.get(CLOUD_KEY)) === 'static-pods';
  }

  /** Whether a component is up on this node, as far as its manifest and the files that it names are concerned. */
  async stateOf(component: StaticComponent): Promise<ComponentState> {
    const files = await filesOf(this.api, this.node);
    const trouble = this.about.isWritten ? manifestTrouble(this.api, component, (path) => contentOf(files.get(path))) : undefined;
    if (trouble !== undefined) return { running: false, failure: trouble.message, withoutEffect: [] };
    const path = `/etc/kubernetes/manifests/${component}.yaml`;
    if (component === 'etcd') return { running: true, withoutEffect: [] };
    const flags = flagsOf(manifestPod((await this.read(path)) ?? '', path));
    return { running: true, withoutEffect: withoutEffect(component, flags, flagsOf(await this.ofKubeadm(path))) };
  }

  /** The manifest that kubeadm has written. */
  private async ofKubeadm(path: string): Promise<corev1.Pod> {
    if (path === SCHEDULER_MANIFEST) return schedulerManifest();
    const { reader } = this.api.cluster;
    if (path === MANIFEST) {
      const node = await reader.get<corev1.Node>('', 'nodes', '', this.node);
      return apiServerManifest(node?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address);
    }
    // What it says of the pods' network is shown by the pod.
    const isCloud = path === CLOUD_CONTROLLER_MANAGER_MANIFEST;
    const pod = await reader.get<corev1.Pod>('', 'pods', 'kube-system', `kube-controller-manager-${this.node}`);
    const range = pod && flagsOf(pod).get('cluster-cidr');
    return isCloud ? cloudControllerManagerManifest(range) : controllerManagerManifest(range);
  }
}
