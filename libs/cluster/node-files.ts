import { stringify } from 'yaml';
import { type corev1, Node, Pod } from '#api';
import { isNotFound, StatusError } from '#apimachinery';
import {
  type ApiServer,
  CONTROL_PLANE_KEY,
  CONTROLLER_MANAGER_MANIFEST,
  controlPlaneNodes,
  FILES,
  fileKey,
  fileText,
  flagsOf,
  inProcessClient,
  MANIFEST,
  manifestPod,
  type NodeFile,
  SCHEDULER_MANIFEST,
  SchedulerSource,
  withoutEffect,
} from '#apiserver';
import { apiServerManifest, controllerManagerManifest, hashOf, mirrorPod, schedulerManifest } from '#kubeadm';
import { configurationErrors } from '#scheduler';
import { usersOf } from './component-users.js';
import { readablePod } from './static-manifests.js';

/** Bytes of a file at most. */
const LARGEST_FILE = 256 * 1024;
/** Files of a node at most. */
const MOST_FILES = 200;
const CAUSE = { requestId: 'node-files', user: 'system:host', component: 'host' };
/** Tries to write a file that others write at the same time. */
const ATTEMPTS = 10;

/** A file that cannot be written, and why. */
export class FileRefused extends Error {}

/** Why a path is not one of a file that is kept; undefined if it is one. */
function pathTrouble(path: string): string | undefined {
  if (!/^\/(etc|var\/lib\/kubelet)\//.test(path) || path.length > 255) return 'only files below /etc and /var/lib/kubelet are kept';
  const parts = path.slice(1).split('/');
  return parts.every((part) => /^[\w.@+-]+$/.test(part) && part !== '.' && part !== '..') ? undefined : 'not a path';
}

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
    /** Whether the components of the control plane read its files. */
    readonly isControlPlane: boolean,
  ) {}

  /** The files of a node; by default, of the first one of the control plane. */
  static async of(api: ApiServer, node?: string): Promise<NodeFiles> {
    const members = controlPlaneNodes(await api.cluster.store.get(CONTROL_PLANE_KEY));
    const name = node ?? members[0] ?? '';
    return new NodeFiles(api, name, members.includes(name));
  }

  /** Whether there is such a node. */
  async hasNode(): Promise<boolean> {
    const nodes = await this.api.cluster.reader.list<corev1.Node>('', 'nodes');
    return nodes.some(({ metadata }) => metadata.name === this.node);
  }

  /** A manifest of which kubeadm's content is known. */
  private isManifest(path: string): boolean {
    return this.isControlPlane && MANIFESTS.includes(path);
  }

  /** The content of a file; undefined if there is none. Manifests are kubeadm's until they are written. */
  async read(path: string): Promise<string | undefined> {
    const row = await this.api.cluster.store.get(fileKey(this.node, path));
    if (row !== undefined) return (row.object as NodeFile).content;
    return this.isManifest(path) ? stringify(await this.ofKubeadm(path)) : undefined;
  }

  /** Creates or replaces a file. Throws FileRefused. */
  async write(path: string, content: string): Promise<void> {
    const trouble = pathTrouble(path) ?? (Buffer.byteLength(content) > LARGEST_FILE ? `larger than ${LARGEST_FILE} bytes` : undefined);
    if (trouble !== undefined) throw new FileRefused(trouble);
    const { store, clock } = this.api.cluster;
    const key = fileKey(this.node, path);
    if (!(await store.get(key)) && store.cached(`${FILES}${this.node}/`).length >= MOST_FILES)
      throw new FileRefused(`the node has ${MOST_FILES} files`);
    const value = fileText(path, content);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const standing = await store.get(key);
      const base = { key, value, cause: CAUSE, at: clock.now() };
      const [written] = await store.write([
        standing ? { type: 'update', ...base, expected: standing.revision } : { type: 'create', ...base },
      ]);
      if (written?.ok) return this.isManifest(path) ? this.restart(path, content) : undefined;
    }
    throw new FileRefused('others write it at the same time');
  }

  /** Removes a file: of a manifest, what was written of it. Whether there was one. */
  async remove(path: string): Promise<boolean> {
    const { store, clock } = this.api.cluster;
    const [removed] = await store.write([{ type: 'delete', key: fileKey(this.node, path), cause: CAUSE, at: clock.now() }]);
    if (this.isManifest(path)) await this.restart(path, stringify(await this.ofKubeadm(path)));
    return removed?.ok === true;
  }

  /** Why the API server is down; undefined if it is not. */
  async failure(): Promise<string | undefined> {
    return (await this.apiServer()).failure;
  }

  async apiServer(): Promise<ComponentState> {
    const { settings } = this.api;
    await settings.ready();
    return this.stateOf('kube-apiserver', settings.failure(), MANIFEST);
  }

  async controllerManager(): Promise<ComponentState> {
    const { controllerManager } = this.api;
    await controllerManager.ready();
    return this.stateOf('kube-controller-manager', controllerManager.failure(), CONTROLLER_MANAGER_MANIFEST);
  }

  async scheduler(): Promise<ComponentState> {
    const source = new SchedulerSource(this.api.cluster.store, configurationErrors);
    await source.ready();
    return this.stateOf('kube-scheduler', source.failure(), SCHEDULER_MANIFEST);
  }

  private async stateOf(
    component: 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler',
    failure: string | undefined,
    path: string,
  ): Promise<ComponentState> {
    if (failure !== undefined) return { running: false, failure, withoutEffect: [] };
    const flags = flagsOf(manifestPod((await this.read(path)) ?? '', path));
    return { running: true, withoutEffect: withoutEffect(component, flags, flagsOf(await this.ofKubeadm(path))) };
  }

  /** The manifest that kubeadm has written. What it says of the pods' network is shown by the pod. */
  private async ofKubeadm(path: string): Promise<corev1.Pod> {
    if (path === MANIFEST) return apiServerManifest();
    if (path === SCHEDULER_MANIFEST) return schedulerManifest();
    const pod = await this.api.cluster.reader.get<corev1.Pod>('', 'pods', 'kube-system', `kube-controller-manager-${this.node}`);
    return controllerManagerManifest(flagsOf(pod).get('cluster-cidr'));
  }

  /** What the kubelet of the node does when it sees a manifest: it shows the new pod. It cannot while the API server is down. */
  private async restart(path: string, content: string): Promise<void> {
    if ((await this.failure()) !== undefined) return;
    const client = inProcessClient(this.api, { user: () => usersOf('kubelet')({ node: this.node }), manager: 'kubelet' });
    const standing = (await this.ofKubeadm(path)).metadata;
    try {
      const node = await client.get(Node, this.node);
      const name = `${standing.name}-${this.node}`;
      await client.delete(Pod, name, standing.namespace, { gracePeriodSeconds: 0 }).catch(ignoreMissing);
      const pod = readablePod(path, content);
      if (pod) await client.create(Pod, mirrorPod(pod, node, { hash: hashOf(content), now: this.api.cluster.clock.now() }));
    } catch (error) {
      // The server does what the manifest says; what is shown of it may be refused, e.g. by a plugin that it has enabled.
      if (!(error instanceof StatusError)) throw error;
    }
  }
}

function ignoreMissing(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
