import { type corev1, Node } from '#api';
import { formatTime } from '#apimachinery';
import { CLOUD_DEFAULTS, type CloudOptions } from '#component-base';
import type {
  ClusterContext,
  ComponentChange,
  Controller,
  OpenController,
  ReconcileContext,
  Reconciled,
  WorkQueue,
} from '#controller-runtime';
import { countInitialized } from './metrics.js';
import { changedAddresses, fateOf, initialized, isUninitialized, routeCondition } from './nodes.js';
import { Periodic } from './periodic.js';

/** Whether a change may concern a cluster in a cloud: of a node that is or becomes a machine. Changes of the machines wake every component. */
export const concernsMachines = ({ group, resource, deleted, object }: ComponentChange): boolean => {
  if (group !== '' || resource !== 'nodes' || deleted) return false;
  const node = object() as corev1.Node;
  return Boolean(node.spec.providerID) || isUninitialized(node);
};

/** Reconciles one node of a cluster in a cloud. `periodic`: of what the controller does every so often. */
type ReconcileNode = (
  node: corev1.Node,
  context: ClusterContext,
  ctx: ReconcileContext & { periodic: Periodic; cloudOptions: CloudOptions },
) => Promise<Reconciled | undefined>;

/** A controller that looks at each node when it or the cloud changes; a cluster in no cloud has nothing to do. */
function ofNodes(name: string, about: Pick<Controller, 'eventSource' | 'flag'>, reconcile: ReconcileNode): Controller {
  const open = (context: ClusterContext, queue: WorkQueue): OpenController => {
    const nodes = context.informers.of(Node);
    const periodic = new Periodic();
    nodes.on(({ object, deleted, revision }) => {
      if (deleted) periodic.forget(object.metadata.name);
      else queue.add(object.metadata.name, revision || undefined);
    });
    const lookAtAll = () => {
      for (const { metadata } of nodes.list()) queue.add(metadata.name);
    };
    context.cloud.onChange(lookAtAll);
    return {
      concurrency: 64,
      async reconcile(key, ctx) {
        const node = nodes.get(key);
        if (!node || !context.cloud.instances()) return undefined;
        return reconcile(node, context, { ...ctx, periodic, cloudOptions: ctx.settings.cloud ?? CLOUD_DEFAULTS });
      },
      restarted() {
        periodic.clear();
        lookAtAll();
      },
    };
  };
  return { name, ...about, interests: concernsMachines, open };
}

/** Tells nodes what their machines are, and lets pods run on them then; every so often, corrects their addresses (controllers/node). */
export const cloudNode = ofNodes(
  'cloud-node-controller',
  {},
  async (node, { cloud }, { client, clock, recorder, metrics, periodic, cloudOptions }) => {
    const { name } = node.metadata;
    const instance = cloud.instances()?.get(name);
    const correct = (addresses: corev1.NodeAddress[]) =>
      client.patch(Node, name, undefined, 'merge', { status: { addresses } }, { subresource: 'status' });
    if (!isUninitialized(node)) {
      const addresses = instance && changedAddresses(node, instance);
      const wait = addresses ? periodic.wait(name, clock.now(), cloudOptions.nodeStatusPeriod) : 0;
      if (wait > 0) return { requeueAfter: wait };
      if (addresses) await correct(addresses);
      else periodic.forget(name);
      return undefined;
    }
    if (!instance) throw new Error(`failed to get instance metadata for node ${name}: instance not found`);
    const updated = await client.update(Node, initialized(node, instance));
    const addresses = changedAddresses(updated, instance);
    if (addresses) await correct(addresses);
    recorder.normal(node, 'Synced', 'Node synced successfully');
    countInitialized(metrics, node, clock.now());
    return undefined;
  },
);

/** Deletes nodes whose machine is gone, and taints those whose machine is shut down (controllers/nodelifecycle). */
export const cloudNodeLifecycle = ofNodes(
  'cloud-node-lifecycle-controller',
  {},
  async (node, { cloud }, { client, clock, recorder, periodic, cloudOptions }) => {
    const { name, resourceVersion } = node.metadata;
    const fate = fateOf(node, cloud.instances()?.get(name), formatTime(clock.now()));
    if (fate.step === 'keep') {
      periodic.forget(name);
      return undefined;
    }
    const wait = periodic.wait(name, clock.now(), cloudOptions.nodeMonitorPeriod);
    if (wait > 0) return { requeueAfter: wait };
    if (fate.step === 'delete') {
      recorder.normal(node, 'DeletingNode', `Deleting node ${name} because it does not exist in the cloud provider`);
      await client.delete(Node, name);
      return undefined;
    }
    const taints = fate.taints.length > 0 ? fate.taints : null;
    await client.patch(Node, name, undefined, 'merge', { metadata: { resourceVersion }, spec: { taints } });
    return undefined;
  },
);

/** Makes a route to the pods of each node (controllers/route). */
export const route = ofNodes(
  'route-controller',
  { eventSource: 'route_controller', flag: 'node-route-controller' },
  async (node, { cloud }, { client, clock }) => {
    const { name } = node.metadata;
    if (isUninitialized(node) || !cloud.instances()?.has(name)) return undefined;
    const condition = routeCondition(node, formatTime(clock.now()));
    if (!condition) return undefined;
    await client.patch(Node, name, undefined, 'strategic', { status: { conditions: [condition] } }, { subresource: 'status' });
    return undefined;
  },
);
