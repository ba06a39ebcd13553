import { type corev1, Pod, ResourceSlice, type resourcev1 } from '#api';
import { controllerOf, ignoreNotFound, keyOf } from '#apimachinery';
import { perCluster, podsOnNode } from '#client';
import { deviceDriverIn, isPodReady } from '#component-helpers';
import { defineController, type Informers, watching } from '#controller-runtime';

type Slice = resourcev1.ResourceSlice;

/** How long a driver's plugin may be absent before the kubelet removes its slices (dra defaultWipingDelay). */
const WIPING_DELAY = 30_000;
const BY_DRIVER = 'slices-by-node-and-driver';

/** Since when slices have no plugin, by uid. What is lost with it is waited for anew. */
const absent = perCluster(() => new Map<string, number>());

/** Slices that a driver has published for its node. Those that users make for simulated devices have no owner, and stay. */
const isPublished = (slice: Slice): boolean => slice.spec.nodeName !== undefined && controllerOf(slice)?.kind === 'Node';

const keyed = (node: string, driver: string): string => `${node}/${driver}`;

const isRegistered = ({ spec }: Slice, informers: Informers): boolean =>
  podsOnNode(informers, spec.nodeName ?? '').some((pod) => deviceDriverIn(pod)?.name === spec.driver && isPodReady(pod));

/** Kubelets remove the slices of drivers whose plugin is gone (kubelet/cm/dra/plugin wipeResourceSlices). */
export const sliceWiping = defineController({
  name: 'kubelet-devices',
  eventSource: 'kubelet',
  for: ResourceSlice,
  filter: ({ object, old, deleted }) => !deleted && old === undefined && isPublished(object),
  watches: [
    watching(Pod, ({ object: pod, old, deleted }, informers) => {
      const driver = deviceDriverIn(pod);
      const isNews = driver && (deleted || (old !== undefined && isPodReady(old) !== isPodReady(pod)));
      return isNews
        ? informers
            .of(ResourceSlice)
            .byIndex(BY_DRIVER, keyed(pod.spec.nodeName ?? '', driver.name))
            .map(keyOf)
        : [];
    }),
  ],
  afterFaults: (informers) => informers.of(ResourceSlice).list().filter(isPublished).map(keyOf),
  interests: ({ resource, object }) => resource !== 'pods' || deviceDriverIn(object() as corev1.Pod) !== undefined,
  index(informers) {
    informers
      .of(ResourceSlice)
      .addIndex(BY_DRIVER, (slice) => (isPublished(slice) ? [keyed(slice.spec.nodeName ?? '', slice.spec.driver)] : []));
  },
  async reconcile(slice, { client, informers, clock, faults }) {
    const { name, uid = '' } = slice.metadata;
    const { nodeName = '' } = slice.spec;
    const since = absent(informers);
    if (!isPublished(slice) || isRegistered(slice, informers) || faults.kubelet(nodeName) !== undefined) {
      since.delete(uid);
      return undefined;
    }
    const from = since.get(uid) ?? clock.now();
    since.set(uid, from);
    const wait = from + WIPING_DELAY - clock.now();
    if (wait > 0) return { requeueAfter: wait };
    since.delete(uid);
    await client.as({ node: nodeName }).delete(ResourceSlice, name, undefined, { uid }).catch(ignoreNotFound);
    return undefined;
  },
});
