import { type corev1, Node, Pod } from '#api';
import { deepEqual } from '#apimachinery';
import { indexPodsByNode, podsOnNode } from '#client';
import { isExtendedResource, isPodReady } from '#component-helpers';
import type { Change, ClusterContext, Controller, OpenController, ReconcileContext, Reconciled, WorkQueue } from '#controller-runtime';
import { isDevicePlugin } from './devices/device-plugin.js';
import type { DevicePlugins } from './devices/plugin-states.js';
import { allocatableBy, type Resources, saysAllocatable, withExtended } from './node-allocatable.js';

const hasExtended = ({ status }: corev1.Node): boolean =>
  [status?.capacity, status?.allocatable].some((resources) => Object.keys(resources ?? {}).some(isExtendedResource));

/**
 * Reports what pods may use of nodes whose kubelet is configured otherwise than by default, or that have more than their machines: devices of
 * plugins, and extended resources that somebody has written into their capacity. The key is the node.
 */
class ConfiguredNodes implements OpenController {
  readonly concurrency = 64;
  /** Nodes whose status follows their configuration. */
  private readonly configured = new Set<string>();
  /** Nodes on which device plugins run, or ran. */
  private readonly plugged = new Set<string>();

  constructor(
    private readonly context: ClusterContext,
    private readonly queue: WorkQueue,
    private readonly plugins: DevicePlugins,
  ) {
    const { informers, manifests, faults } = context;
    indexPodsByNode(informers);
    informers.of(Node).on(({ object, old, deleted, revision }) => {
      const { name } = object.metadata;
      const isNew = old === undefined && saysAllocatable(manifests.configuration(name));
      if (deleted) this.configured.delete(name);
      else if (isNew || this.plugged.has(name) || hasExtended(object)) queue.add(name, revision || undefined);
    });
    informers.of(Pod).on((change) => this.podChanged(change));
    manifests.onChange((name) => {
      if (this.configured.has(name) || saysAllocatable(manifests.configuration(name))) queue.add(name);
    });
    faults.onChange(() => {
      for (const name of [...this.configured, ...this.plugged]) queue.add(name);
    });
  }

  async reconcile(name: string, { client, clock }: ReconcileContext): Promise<Reconciled | undefined> {
    const { informers, manifests, faults } = this.context;
    const node = informers.of(Node).get(name);
    if (!node?.status?.nodeInfo?.kubeletVersion) return undefined;
    const configuration = manifests.configuration(name);
    if (saysAllocatable(configuration)) this.configured.add(name);
    if (faults.kubelet(name)) return undefined;
    const { capacity = {}, allocatable = {}, ...rest } = node.status;
    const { resources, next } = this.plugins.reported(node, podsOnNode(informers, name), clock.now());
    const wanted = withExtended(
      this.configured.has(name) ? allocatableBy({ ...rest, capacity }, configuration) : { capacity, allocatable },
      resources,
    );
    const status = { ...changed('capacity', capacity, wanted.capacity), ...changed('allocatable', allocatable, wanted.allocatable) };
    if (Object.keys(status).length > 0) {
      const { resourceVersion } = node.metadata;
      await client
        .as({ node: name })
        .patch(Node, name, undefined, 'merge', { metadata: { resourceVersion }, status }, { subresource: 'status' });
    }
    if (this.plugged.has(name)) this.plugins.changed(name);
    return next === undefined ? undefined : { requeueAfter: Math.max(1, next - clock.now()) };
  }

  /** A device plugin comes or goes. */
  private podChanged({ object, old, deleted, revision }: Change<corev1.Pod>): void {
    const { nodeName } = object.spec;
    if (!nodeName || !isDevicePlugin(object)) return;
    if (!deleted && old !== undefined && isPodReady(old) === isPodReady(object)) return;
    this.plugged.add(nodeName);
    this.queue.add(nodeName, revision || undefined);
  }
}

/** The part of a merge patch that makes one list of resources of the other. */
function changed(field: string, from: Resources, to: Resources): Record<string, Record<string, string | null>> {
  if (deepEqual(from, to)) return {};
  const gone = Object.keys(from).filter((resource) => !Object.hasOwn(to, resource));
  return { [field]: { ...to, ...Object.fromEntries(gone.map((resource) => [resource, null])) } };
}

export const configuredNodes = (plugins: DevicePlugins): Controller => ({
  name: 'kubelet-configuration',
  eventSource: 'kubelet',
  // Changes of files wake the kubelets, and nodes come with what wakes the workers of the pods.
  interests: () => false,
  open: (context, queue) => new ConfiguredNodes(context, queue, plugins),
});
