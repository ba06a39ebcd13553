import { type corev1, Node } from '#api';
import { formatTime } from '#apimachinery';
import type { ClusterContext, ComponentChange, Controller, OpenController, ReconcileContext, WorkQueue } from '#controller-runtime';
import { changedAddresses, fateOf, initialized, isUninitialized, routeCondition } from './nodes.js';

/** Whether a change may concern a cluster in a cloud: of a node that is or becomes a machine. Changes of the machines wake every component. */
export const concernsMachines = ({ group, resource, deleted, object }: ComponentChange): boolean => {
  if (group !== '' || resource !== 'nodes' || deleted) return false;
  const node = object() as corev1.Node;
  return Boolean(node.spec.providerID) || isUninitialized(node);
};

/** Reconciles one node of a cluster in a cloud. */
type ReconcileNode = (node: corev1.Node, context: ClusterContext, ctx: ReconcileContext) => Promise<void>;

/** A controller that looks at each node when it or the cloud changes; a cluster in no cloud has nothing to do. */
function ofNodes(name: string, eventSource: string, reconcile: ReconcileNode): Controller {
  const open = (context: ClusterContext, queue: WorkQueue): OpenController => {
    const nodes = context.informers.of(Node);
    nodes.on(({ object, deleted, revision }) => {
      if (!deleted) queue.add(object.metadata.name, revision || undefined);
    });
    context.cloud.onChange(() => {
      for (const { metadata } of nodes.list()) queue.add(metadata.name);
    });
    return {
      concurrency: 64,
      async reconcile(key, ctx) {
        const node = nodes.get(key);
        if (node && context.cloud.instances()) await reconcile(node, context, ctx);
        return undefined;
      },
    };
  };
  return { name, eventSource, interests: concernsMachines, open };
}

/** Tells nodes what their machines are, and lets pods run on them then (controllers/node). */
export const cloudNode = ofNodes('cloud-node-controller', 'cloud-node-controller', async (node, { cloud }, { client, recorder }) => {
  const { name } = node.metadata;
  const instance = cloud.instances()?.get(name);
  if (!isUninitialized(node)) {
    const addresses = instance && changedAddresses(node, instance);
    if (addresses) await client.patch(Node, name, undefined, 'merge', { status: { addresses } }, { subresource: 'status' });
    return;
  }
  if (!instance) throw new Error(`failed to get instance metadata for node ${name}: instance not found`);
  // The change of the node has its addresses looked at.
  await client.update(Node, initialized(node, instance));
  recorder.normal(node, 'Synced', 'Node synced successfully');
});

/** Deletes nodes whose machine is gone, and taints those whose machine is shut down (controllers/nodelifecycle). */
export const cloudNodeLifecycle = ofNodes(
  'cloud-node-lifecycle-controller',
  'cloud-node-lifecycle-controller',
  async (node, { cloud }, { client, clock, recorder }) => {
    const { name, resourceVersion } = node.metadata;
    const fate = fateOf(node, cloud.instances()?.get(name), formatTime(clock.now()));
    if (fate.step === 'delete') {
      recorder.normal(node, 'DeletingNode', `Deleting node ${name} because it does not exist in the cloud provider`);
      await client.delete(Node, name);
    } else if (fate.step === 'taint') {
      const taints = fate.taints.length > 0 ? fate.taints : null;
      await client.patch(Node, name, undefined, 'merge', { metadata: { resourceVersion }, spec: { taints } });
    }
  },
);

/** Makes a route to the pods of each node (controllers/route). */
export const route = ofNodes('route-controller', 'route_controller', async (node, { cloud }, { client, clock }) => {
  const { name } = node.metadata;
  if (isUninitialized(node) || !cloud.instances()?.has(name)) return;
  const condition = routeCondition(node, formatTime(clock.now()));
  if (!condition) return;
  await client.patch(Node, name, undefined, 'strategic', { status: { conditions: [condition] } }, { subresource: 'status' });
});
