import { type corev1, PersistentVolumeClaim, Pod } from '#api';
import { podClaimNames } from '#component-helpers';
import { type Plugin, type StateData, unresolvable, unschedulable } from '../framework.js';
import { hint } from '../hints.js';
import { nodeAdded, onNodes } from '../plugin-hints.js';

const NAME = 'VolumeRestrictions';
const DISK_CONFLICT = 'node(s) had no available disk';
const IN_USE = 'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod';

type Volume = corev1.Volume;

const claimed = (pod: corev1.Pod): string[] =>
  (pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);

/** The claims of the pod that one pod at a time may use, and how many uses by others conflict. */
class Conflicts implements StateData {
  constructor(
    readonly claims: ReadonlySet<string>,
    public count: number,
  ) {}

  clone(): Conflicts {
    return new Conflicts(this.claims, this.count);
  }
}

const limited = ({ gcePersistentDisk, awsElasticBlockStore, rbd, iscsi }: Volume): boolean =>
  (gcePersistentDisk ?? awsElasticBlockStore ?? rbd ?? iscsi) !== undefined;

const overlap = (a: readonly string[], b: readonly string[]): boolean => a.some((one) => b.includes(one));

/** Whether two volumes are the same disk, which not both may use (isVolumeConflict). */
function isSameDisk(a: Volume, b: Volume): boolean {
  const onlyRead = (one?: { readOnly?: boolean }, other?: { readOnly?: boolean }) => one?.readOnly === true && other?.readOnly === true;
  const [gce, gceToo] = [a.gcePersistentDisk, b.gcePersistentDisk];
  if (gce && gceToo && gce.pdName === gceToo.pdName && !onlyRead(gce, gceToo)) return true;
  const [ebs, ebsToo] = [a.awsElasticBlockStore, b.awsElasticBlockStore];
  if (ebs && ebsToo && ebs.volumeID === ebsToo.volumeID) return true;
  if (a.iscsi && b.iscsi && a.iscsi.iqn === b.iscsi.iqn && !onlyRead(a.iscsi, b.iscsi)) return true;
  if (!a.rbd || !b.rbd || !overlap(a.rbd.monitors, b.rbd.monitors)) return false;
  return a.rbd.pool === b.rbd.pool && a.rbd.image === b.rbd.image && !onlyRead(a.rbd, b.rbd);
}

/** Two pods do not write to the same disk of a node, and a ReadWriteOncePod claim has one pod in the cluster. */
export const volumeRestrictions: Plugin = {
  name: NAME,
  hints: [
    hint(Pod, {
      when: ({ deleted }) => deleted,
      may: (pod, { object }) => {
        if (pod.metadata.namespace !== object.metadata.namespace) return false;
        const mine = claimed(pod);
        if (claimed(object).some((name) => mine.includes(name))) return true;
        return (pod.spec.volumes ?? []).some((volume) => (object.spec.volumes ?? []).some((other) => isSameDisk(volume, other)));
      },
    }),
    hint(PersistentVolumeClaim, {
      when: ({ old, deleted }) => !old && !deleted,
      may: (pod, { object }) => pod.metadata.namespace === object.metadata.namespace && podClaimNames(pod).includes(object.metadata.name),
    }),
    onNodes([nodeAdded]),
  ],
  preFilter(pod, { informers, nodes }, state) {
    const exclusive = new Set<string>();
    for (const name of claimed(pod)) {
      const claim = informers.of(PersistentVolumeClaim).get(name, pod.metadata.namespace);
      if (!claim) return { rejection: unresolvable(`persistentvolumeclaim "${name}" not found`) };
      if (claim.spec.accessModes?.includes('ReadWriteOncePod')) exclusive.add(name);
    }
    let count = 0;
    for (const name of exclusive) {
      const uses = (other: corev1.Pod) => other.metadata.namespace === pod.metadata.namespace && claimed(other).includes(name);
      if (nodes.some(({ pods }) => [...pods.values()].some(uses))) count += 1;
    }
    if (count === 0 && !(pod.spec.volumes ?? []).some(limited)) return { skip: true };
    state.write(NAME, new Conflicts(exclusive, count));
    return undefined;
  },
  adjust(pod, { other, sign }, state) {
    const conflicts = state.read<Conflicts>(NAME);
    if (other.metadata.namespace !== pod.metadata.namespace) return;
    conflicts.count += sign * claimed(other).filter((name) => conflicts.claims.has(name)).length;
  },
  filter(pod, { pods }, state) {
    const disks = (pod.spec.volumes ?? []).filter(limited);
    for (const other of disks.length > 0 ? pods.values() : [])
      for (const volume of other.spec.volumes ?? [])
        if (disks.some((disk) => isSameDisk(disk, volume))) return unschedulable(DISK_CONFLICT);
    return state.read<Conflicts>(NAME).count > 0 ? unschedulable(IN_USE) : undefined;
  },
};
