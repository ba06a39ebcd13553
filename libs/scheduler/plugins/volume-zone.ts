import { type corev1, PersistentVolume, PersistentVolumeClaim, StorageClass } from '#api';
import { delaysBinding, podClaimNames, storageClassOf } from '#component-helpers';
import { type Plugin, type StateData, unresolvable } from '../framework.js';
import { hint } from '../hints.js';
import { nodeAdded, nodeRelabelled, onNodes } from '../plugin-hints.js';

const NAME = 'VolumeZone';
const CONFLICT = 'node(s) had no available volume zone';

/** The labels of a volume that say where it is, each with the label of nodes that may stand for it. */
const TOPOLOGY: ReadonlyMap<string, string> = new Map([
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['topology.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['topology.kubernetes.io/region', 'topology.kubernetes.io/region'],
]);

interface Places extends StateData {
  places: ReadonlyArray<{ key: string; values: ReadonlySet<string> }>;
}

/** The zones of a label: several are joined by `__`; undefined if one is empty (LabelZonesToSet). */
function zonesOf(value: string): ReadonlySet<string> | undefined {
  const zones = value.split('__').map((zone) => zone.trim());
  return zones.includes('') ? undefined : new Set(zones);
}

const usesClaims = (pod: corev1.Pod): boolean => podClaimNames(pod).length > 0;

/** Pods run in the zones and regions of their volumes' labels. */
export const volumeZone: Plugin = {
  name: NAME,
  hints: [
    hint(StorageClass, { may: usesClaims }),
    hint(PersistentVolumeClaim, { may: usesClaims }),
    hint(PersistentVolume, { may: usesClaims }),
    onNodes([nodeAdded, nodeRelabelled]),
  ],
  preFilter(pod, { informers }, state) {
    const places: Array<Places['places'][number]> = [];
    for (const name of podClaimNames(pod)) {
      const claim = informers.of(PersistentVolumeClaim).get(name, pod.metadata.namespace);
      if (!claim) return { rejection: unresolvable(`persistentvolumeclaim "${name}" not found`) };
      const { volumeName } = claim.spec;
      if (!volumeName) {
        const className = storageClassOf(claim);
        if (className === '') return { rejection: unresolvable('PersistentVolumeClaim had no pv name and storageClass name') };
        const found = informers.of(StorageClass).get(className);
        if (!found) return { rejection: unresolvable(`storageclass.storage.k8s.io "${className}" not found`) };
        if (!delaysBinding(found)) return { rejection: unresolvable('PersistentVolume had no name') };
        continue;
      }
      const volume = informers.of(PersistentVolume).get(volumeName);
      if (!volume) return { rejection: unresolvable(`persistentvolume "${volumeName}" not found`) };
      for (const [key, value] of Object.entries(volume.metadata.labels ?? {})) {
        const values = TOPOLOGY.has(key) ? zonesOf(value) : undefined;
        if (values) places.push({ key, values });
      }
    }
    if (places.length === 0) return { skip: true };
    state.write(NAME, { places } as Places);
    return undefined;
  },
  filter(_pod, { labels }, state) {
    if (![...TOPOLOGY.keys()].some((key) => labels[key] !== undefined)) return undefined;
    const { places } = state.read<Places>(NAME);
    const suits = places.every(({ key, values }) => values.has(labels[key] ?? labels[TOPOLOGY.get(key) ?? ''] ?? ''));
    return suits ? undefined : unresolvable(CONFLICT);
  },
};
