import { CSINode, type corev1, Node, Pod, type storagev1 } from '#api';
import { deepEqual, ignoreAlreadyExists } from '#apimachinery';
import { podsOnNode } from '#client';
import { DRIVER_TOPOLOGY_KEY, isPodReady, storageProgramsIn } from '#component-helpers';
import { defineController, type ReconcileContext, watching } from '#controller-runtime';

/** In-tree volume plugins that have been migrated to CSI drivers (csi-translation-lib). */
const MIGRATED_PLUGINS = [
  'kubernetes.io/aws-ebs',
  'kubernetes.io/azure-disk',
  'kubernetes.io/azure-file',
  'kubernetes.io/cinder',
  'kubernetes.io/gce-pd',
  'kubernetes.io/portworx-volume',
  'kubernetes.io/vsphere-volume',
].join(',');

/** The annotations of a CSINode. */
export const CSI_NODE_ANNOTATIONS = { 'storage.alpha.kubernetes.io/migrated-plugins': MIGRATED_PLUGINS };

const registers = (pod: corev1.Pod): boolean => storageProgramsIn(pod).some(({ tasks, driver }) => driver && tasks.has('register'));

/** What drivers in a node's pods tell its kubelet: how many of their volumes the node may have, and where it is for them. */
function driversOf(pods: readonly corev1.Pod[], node: string): storagev1.CSINodeDriver[] {
  const programs = pods.filter(isPodReady).flatMap((pod) => storageProgramsIn(pod).filter(({ tasks }) => tasks.has('register')));
  return programs.flatMap(({ name, driver }) => {
    if (driver === undefined) return [];
    const allocatable = driver.attachLimit === undefined ? {} : { allocatable: { count: driver.attachLimit } };
    return [
      { name, nodeID: node, topologyKeys: driver.topology ? [DRIVER_TOPOLOGY_KEY] : null, ...allocatable } as storagev1.CSINodeDriver,
    ];
  });
}

/**
 * Drivers that node-driver-registrar makes known to the kubelet are in the node's CSINode, and their topology in its labels (kubelet
 * pluginwatcher, volume/csi nodeinfomanager).
 */
export const driverRegistration = defineController({
  name: 'kubelet-csi',
  eventSource: 'kubelet',
  for: Node,
  filter: ({ old, deleted }) => !deleted && old === undefined,
  reads: [CSINode],
  watches: [
    watching(Pod, ({ object: pod, old, deleted }) => {
      const isNews = deleted || old === undefined || isPodReady(old) !== isPodReady(pod);
      return isNews && pod.spec?.nodeName && registers(pod) ? [{ name: pod.spec.nodeName }] : [];
    }),
  ],
  afterFaults: (informers) =>
    informers
      .of(Node)
      .list()
      .map(({ metadata: { name } }) => ({ name })),
  interests: ({ resource, object, deleted }) => (resource === 'pods' ? registers(object() as corev1.Pod) : !deleted),
  async reconcile(node, ctx) {
    const { name } = node.metadata;
    if (!node.status?.nodeInfo?.kubeletVersion || ctx.faults.kubelet(name) !== undefined) return undefined;
    const wanted = driversOf(podsOnNode(ctx.informers, name).filter(registers), name);
    await register(node, wanted, ctx);
    await label(node, wanted, ctx);
    return undefined;
  },
});

async function register(
  { metadata }: corev1.Node,
  drivers: storagev1.CSINodeDriver[],
  { client, informers }: ReconcileContext,
): Promise<void> {
  const { name, uid = '' } = metadata;
  const own = client.as({ node: name });
  const standing = informers.of(CSINode).get(name);
  if (standing === undefined) {
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid }];
    const made = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSINode',
      metadata: { name, annotations: { ...CSI_NODE_ANNOTATIONS }, ownerReferences },
      spec: { drivers },
    };
    await own.create(CSINode, made).catch(ignoreAlreadyExists);
  } else if (!deepEqual(drivers, standing.spec.drivers ?? [])) await own.update(CSINode, { ...standing, spec: { drivers } });
}

/** The kubelet labels its node and never takes the label away (updateTopologyLabels). */
async function label({ metadata }: corev1.Node, drivers: readonly storagev1.CSINodeDriver[], { client }: ReconcileContext): Promise<void> {
  const { name } = metadata;
  if (metadata.labels?.[DRIVER_TOPOLOGY_KEY] === name || !drivers.some(({ topologyKeys }) => topologyKeys?.includes(DRIVER_TOPOLOGY_KEY)))
    return;
  await client.as({ node: name }).patch(Node, name, undefined, 'merge', { metadata: { labels: { [DRIVER_TOPOLOGY_KEY]: name } } });
}
