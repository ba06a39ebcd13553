import { type corev1, Node } from '#api';
import type { ClusterContext, ComponentChange, Controller, OpenController, ReconcileContext, WorkQueue } from '#controller-runtime';
import { NodeRanges, podRange } from './plan.js';

/** Gives nodes that have none a range for their pods (pkg/controller/nodeipam/ipam range_allocator.go). */
class NodeIPAM implements OpenController {
  /** One after the other, so that each sees what the others have. */
  readonly concurrency = 1;
  private readonly ranges = new NodeRanges();
  /** The range of all pods, as of the first allocation: nodes that join do not extend it. */
  private cluster: string | undefined;

  constructor(
    private readonly context: ClusterContext,
    queue: WorkQueue,
  ) {
    context.informers.of(Node).on(({ object, deleted, revision }) => {
      if (deleted) this.ranges.delete(object.metadata.name);
      else this.ranges.set(object);
      if (!deleted && podRange(object) === undefined) queue.add(object.metadata.name, revision || undefined);
    });
  }

  async reconcile(name: string, { client, recorder, settings }: ReconcileContext): Promise<undefined> {
    const node = this.context.informers.of(Node).get(name);
    if (!node || node.metadata.deletionTimestamp !== undefined || podRange(node) !== undefined) return;
    this.cluster ??= this.ranges.cluster();
    const podCIDR = this.ranges.free(this.cluster, settings.options.nodePrefix);
    if (podCIDR === undefined) {
      recorder.normal(node, 'CIDRNotAvailable', `Node ${name} status is now: CIDRNotAvailable`);
      throw new Error(
        'failed to allocate cidr from cluster cidr at idx:0: CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range',
      );
    }
    await client.patch(Node, name, undefined, 'strategic', { spec: { podCIDR, podCIDRs: [podCIDR] } });
  }
}

const interests = ({ group, resource, deleted, object }: ComponentChange): boolean =>
  group === '' && resource === 'nodes' && !deleted && podRange(object() as corev1.Node) === undefined;

export const nodeIPAM: Controller = {
  name: 'node-ipam-controller',
  eventSource: 'cidrAllocator',
  interests,
  open: (context, queue) => new NodeIPAM(context, queue),
};
