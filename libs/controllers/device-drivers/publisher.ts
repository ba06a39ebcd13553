import { type corev1, Node, Pod, ResourceSlice, type resourcev1 } from '#api';
import { ignoreNotFound } from '#apimachinery';
import { podsOnNode } from '#client';
import { deviceDriverIn, isPodReady } from '#component-helpers';
import { defineController, type Informers, type ReconcileContext, watching } from '#controller-runtime';
import { planSlices } from './plan.js';

const BY_NODE = 'driver-slices-by-node';

/** The first ready pod of each driver on a node. */
function driverPods(informers: Informers, node: string): corev1.Pod[] {
  const pods = new Map<string, corev1.Pod>();
  for (const pod of podsOnNode(informers, node)) {
    const driver = deviceDriverIn(pod);
    if (driver && isPodReady(pod) && !pods.has(driver.name)) pods.set(driver.name, pod);
  }
  return [...pods.values()];
}

/** Publishes the devices of the nodes on which the example driver of simulated GPUs runs, as its service account. */
export const devicePublisher = defineController({
  name: 'device-driver',
  for: Node,
  filter: ({ old, deleted }) => !deleted && old === undefined,
  watches: [
    watching(Pod, ({ object: pod, old, deleted }) => {
      const { nodeName } = pod.spec;
      const isNews = !deleted && nodeName && deviceDriverIn(pod) && isPodReady(pod) && !(old && isPodReady(old));
      return isNews ? [{ name: nodeName }] : [];
    }),
    watching(ResourceSlice, ({ object: { spec } }) => (spec.nodeName ? [{ name: spec.nodeName }] : [])),
  ],
  afterFaults: (informers) =>
    informers
      .of(Node)
      .list()
      .map(({ metadata: { name } }) => ({ name })),
  interests({ resource, object, deleted }) {
    if (resource === 'pods') return !deleted && deviceDriverIn(object() as corev1.Pod) !== undefined;
    return resource !== 'nodes';
  },
  index(informers) {
    informers.of(ResourceSlice).addIndex(BY_NODE, ({ spec }) => (spec.nodeName ? [spec.nodeName] : []));
  },
  async reconcile(node, ctx) {
    const { name } = node.metadata;
    if (ctx.faults.node(name) !== undefined) return undefined;
    for (const pod of driverPods(ctx.informers, name)) await publish(node, pod, ctx);
    return undefined;
  },
});

async function publish(node: corev1.Node, pod: corev1.Pod, ctx: ReconcileContext): Promise<void> {
  const driver = deviceDriverIn(pod);
  if (!driver) return;
  const { namespace } = pod.metadata;
  const account = `${namespace}:${pod.spec.serviceAccountName ?? 'default'}`;
  const client = ctx.client.as({ component: driver.name, account, node: node.metadata.name });
  const existing = ctx.informers.of(ResourceSlice).byIndex(BY_NODE, node.metadata.name);
  const own = existing.filter(({ spec }: resourcev1.ResourceSlice) => spec.driver === driver.name);
  const { create, update, remove } = planSlices(driver, node, own);
  for (const { metadata } of remove)
    await client.delete(ResourceSlice, metadata.name, undefined, { uid: metadata.uid }).catch(ignoreNotFound);
  for (const slice of update) await client.update(ResourceSlice, slice);
  for (const slice of create) await client.create(ResourceSlice, slice);
}
