import { type corev1, Node } from '#api';
import { type ApiServer, CONTROL_PLANE_KEY, controlPlaneNodes, fileKey, fileText, inProcessClient } from '#apiserver';
import type { CloudInstance } from '#controller-runtime';
import { cloudManifestFiles, cloudSteps, runSteps } from '#kubeadm';
import type { WriteOp } from '#storage';
import { CLOUD_KEY, type CloudRow, cloudFor, withoutInstance, withPower } from './cloud.js';

const CAUSE = { requestId: 'cloud', user: 'system:host', component: 'cloud' };
/** Tries to write the row while others write it. */
const ATTEMPTS = 10;
const UNINITIALIZED = { key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' };

/** The cloud of a cluster, as those who own its machines see it. */
export class ClusterCloud {
  constructor(private readonly api: ApiServer) {}

  /** Puts a cluster into a cloud: its nodes are machines of it, and cloud-controller-manager has to initialise them. */
  async enable(): Promise<void> {
    if (await this.row()) return;
    const { store, clock } = this.api.cluster;
    const members = controlPlaneNodes(await store.get(CONTROL_PLANE_KEY));
    // One after another: the log has them in this order.
    const steps = cloudSteps(members[0] ?? '', clock.now()).map((step) => [step]);
    await runSteps(inProcessClient(this.api, { manager: 'kubectl' }), steps);
    const client = inProcessClient(this.api, { manager: 'kubelet' });
    const { items } = await client.list(Node);
    for (const { metadata, spec } of items) {
      const taints = [...(spec.taints ?? []), UNINITIALIZED];
      await client.patch(Node, metadata.name, undefined, 'merge', { spec: { taints } });
    }
    await this.write(cloudFor(items), undefined, this.manifests(items, members));
  }

  /** Its machines; undefined if it is in no cloud. */
  async instances(): Promise<readonly CloudInstance[] | undefined> {
    return (await this.row())?.cloud.instances;
  }

  /** Removes a machine for good. Whether there was one. */
  remove(name: string): Promise<boolean> {
    return this.change((cloud, now) => withoutInstance(cloud, name, now));
  }

  /** Shuts a machine down, or starts it again. Whether there is one. */
  power(name: string, on: boolean): Promise<boolean> {
    return this.change((cloud, now) => withPower(cloud, name, on, now));
  }

  /** The manifests of cloud-controller-manager, as writes of the store. */
  private manifests(nodes: readonly corev1.Node[], members: readonly string[]): WriteOp[] {
    const versions = new Map(nodes.map(({ metadata, status }) => [metadata.name, status?.nodeInfo?.kubeletVersion]));
    const plans = members.map((name) => ({ name, version: versions.get(name) }));
    const at = this.api.cluster.clock.now();
    return cloudManifestFiles(plans, nodes.length).map(({ node, path, content }) => ({
      ...{ type: 'create' as const, key: fileKey(node, path), value: fileText(path, content), cause: CAUSE, at },
    }));
  }

  private async row(): Promise<{ cloud: CloudRow; revision: number } | undefined> {
    const row = await this.api.cluster.store.get(CLOUD_KEY);
    return row && { cloud: row.object as CloudRow, revision: row.revision };
  }

  private async change(how: (cloud: CloudRow, now: number) => CloudRow | undefined): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const row = await this.row();
      const next = row && how(row.cloud, this.api.cluster.clock.now());
      if (!row || !next) return false;
      if (await this.write(next, row.revision)) return true;
    }
    throw new Error('others change the cloud at the same time');
  }

  private async write({ metadata, ...cloud }: CloudRow, expected: number | undefined, more: WriteOp[] = []): Promise<boolean> {
    const { store, clock } = this.api.cluster;
    const value = JSON.stringify({ ...cloud, metadata: { name: metadata.name } });
    const base = { key: CLOUD_KEY, value, cause: CAUSE, at: clock.now() };
    const row: WriteOp = expected === undefined ? { type: 'create', ...base } : { type: 'update', ...base, expected };
    const [written] = await store.write([row, ...more], { atomic: true });
    return written?.ok === true;
  }
}
