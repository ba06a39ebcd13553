import { Node } from '#api';
import { deepEqual } from '#apimachinery';
import type { ClusterContext, Controller, OpenController, ReconcileContext, WorkQueue } from '#controller-runtime';
import { allocatableBy, saysAllocatable } from './node-allocatable.js';
import { reportNode } from './node-report.js';

/** Reports what pods may use of nodes whose kubelet is configured otherwise than by default. The key is the node. */
class ConfiguredNodes implements OpenController {
  readonly concurrency = 64;
  /** Nodes whose status follows their configuration. */
  private readonly configured = new Set<string>();

  constructor(
    private readonly context: ClusterContext,
    queue: WorkQueue,
  ) {
    const { informers, manifests, faults } = context;
    informers.of(Node).on(({ object: { metadata }, old, deleted, revision }) => {
      if (deleted) this.configured.delete(metadata.name);
      else if (old === undefined && saysAllocatable(manifests.configuration(metadata.name)))
        queue.add(metadata.name, revision || undefined);
    });
    manifests.onChange((name) => {
      if (this.configured.has(name) || saysAllocatable(manifests.configuration(name))) queue.add(name);
    });
    faults.onChange(() => {
      for (const name of this.configured) queue.add(name);
    });
  }

  async reconcile(name: string, { client }: ReconcileContext): Promise<undefined> {
    const { informers, manifests, faults } = this.context;
    const node = informers.of(Node).get(name);
    if (!node?.status?.nodeInfo?.kubeletVersion) return;
    this.configured.add(name);
    if (faults.kubelet(name)) return;
    const { capacity, allocatable } = allocatableBy(node.status, manifests.configuration(name));
    const status = {
      ...(deepEqual(capacity, node.status.capacity) ? {} : { capacity }),
      ...(deepEqual(allocatable, node.status.allocatable) ? {} : { allocatable }),
    };
    if (Object.keys(status).length === 0) return;
    await reportNode(node, status, client);
  }
}

export const configuredNodes: Controller = {
  name: 'kubelet-configuration',
  eventSource: 'kubelet',
  // Changes of files wake the kubelets, and nodes come with what wakes the workers of the pods.
  interests: () => false,
  open: (context, queue) => new ConfiguredNodes(context, queue),
};
