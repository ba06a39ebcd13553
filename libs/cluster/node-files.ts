import { stringify } from 'yaml';
import { type corev1, Node, Pod } from '#api';
import { isNotFound, StatusError } from '#apimachinery';
import { type ApiServer, CONTROL_PLANE_NODE, fileKey, fileText, inProcessClient, MANIFEST, manifestPod, type NodeFile } from '#apiserver';
import { apiServerManifest, hashOf, mirrorPod } from '#kubeadm';
import { usersOf } from './component-users.js';

/** Bytes of a file at most. */
const LARGEST_FILE = 256 * 1024;
const CAUSE = { requestId: 'node-files', user: 'system:host', component: 'host' };
/** Tries to write a file that others write at the same time. */
const ATTEMPTS = 10;

/** A file that cannot be written, and why. */
export class FileRefused extends Error {}

/** Why a path is not one of a file below /etc/kubernetes; undefined if it is one. */
function pathTrouble(path: string): string | undefined {
  if (!path.startsWith('/etc/kubernetes/') || path.length > 255) return 'only files below /etc/kubernetes are kept';
  const parts = path.slice(1).split('/');
  return parts.every((part) => /^[\w.@+-]+$/.test(part) && part !== '.' && part !== '..') ? undefined : 'not a path';
}

/** The files of a cluster's control-plane node that the API server reads, until nodes have file systems. */
export class NodeFiles {
  constructor(private readonly api: ApiServer) {}

  /** The content of a file; undefined if there is none. The manifest of the API server is kubeadm's until it is written. */
  async read(path: string): Promise<string | undefined> {
    const row = await this.api.cluster.store.get(fileKey(CONTROL_PLANE_NODE, path));
    if (row !== undefined) return (row.object as NodeFile).content;
    return path === MANIFEST ? stringify(apiServerManifest()) : undefined;
  }

  /** Creates or replaces a file. Throws FileRefused. */
  async write(path: string, content: string): Promise<void> {
    const trouble = pathTrouble(path) ?? (Buffer.byteLength(content) > LARGEST_FILE ? `larger than ${LARGEST_FILE} bytes` : undefined);
    if (trouble !== undefined) throw new FileRefused(trouble);
    const { store, clock } = this.api.cluster;
    const key = fileKey(CONTROL_PLANE_NODE, path);
    const value = fileText(path, content);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const standing = await store.get(key);
      const base = { key, value, cause: CAUSE, at: clock.now() };
      const [written] = await store.write([
        standing ? { type: 'update', ...base, expected: standing.revision } : { type: 'create', ...base },
      ]);
      if (written?.ok) return path === MANIFEST ? this.restart(content) : undefined;
    }
    throw new FileRefused('others write it at the same time');
  }

  /** Removes a file: of the manifest, what was written of it. Whether there was one. */
  async remove(path: string): Promise<boolean> {
    const { store, clock } = this.api.cluster;
    const [removed] = await store.write([{ type: 'delete', key: fileKey(CONTROL_PLANE_NODE, path), cause: CAUSE, at: clock.now() }]);
    if (path === MANIFEST) await this.restart(stringify(apiServerManifest()));
    return removed?.ok === true;
  }

  /** Why the API server is down; undefined if it is not. */
  async failure(): Promise<string | undefined> {
    await this.api.settings.ready();
    return this.api.settings.failure();
  }

  /** What the kubelet of the node does when it sees a manifest: it shows the new pod. It cannot while the API server is down. */
  private async restart(content: string): Promise<void> {
    if ((await this.failure()) !== undefined) return;
    const client = inProcessClient(this.api, { user: () => usersOf('kubelet')({ node: CONTROL_PLANE_NODE }), manager: 'kubelet' });
    try {
      const node = await client.get(Node, CONTROL_PLANE_NODE);
      const pod = mirrorPod(manifestPod(content), node, { hash: hashOf(content), now: this.api.cluster.clock.now() });
      await client.delete(Pod, pod.metadata.name, pod.metadata.namespace, { gracePeriodSeconds: 0 }).catch(ignoreMissing);
      await client.create(Pod, pod satisfies corev1.Pod);
    } catch (error) {
      // The server does what the manifest says; what is shown of it may be refused, e.g. by a plugin that it has enabled.
      if (!(error instanceof StatusError)) throw error;
    }
  }
}

function ignoreMissing(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
