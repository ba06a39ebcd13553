import { type corev1, PersistentVolume, PersistentVolumeClaim, VolumeAttributesClass } from '#api';
import { defineController, type Informers, watching } from '#controller-runtime';
import { needsProtection, protect } from './finalizer.js';

const FINALIZER = 'kubernetes.io/vac-protection';
const BY_ATTRIBUTES = 'by-attributes-class';

const classesOfClaim = ({ spec, status }: corev1.PersistentVolumeClaim): string[] => {
  const names = [
    spec.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return [...new Set(names.filter((name) => name !== undefined && name !== ''))] as string[];
};
const classesOfVolume = ({ spec }: corev1.PersistentVolume): string[] =>
  spec.volumeAttributesClassName ? [spec.volumeAttributesClassName] : [];

/** The classes that an object named before and does not name any more, which may be deleted now. */
const letGo = <T>(classesOf: (object: T) => string[], { object, old, deleted }: { object: T; old?: T; deleted: boolean }) => {
  const before = deleted ? classesOf(object) : old === undefined ? [] : classesOf(old);
  const after = deleted ? [] : classesOf(object);
  return before.filter((name) => !after.includes(name)).map((name) => ({ name }));
};

const isUsed = (name: string, informers: Informers): boolean =>
  informers.of(PersistentVolume).byIndex(BY_ATTRIBUTES, name).length > 0 ||
  informers.of(PersistentVolumeClaim).byIndex(BY_ATTRIBUTES, name).length > 0;

/** Keeps VolumeAttributesClasses that volumes or claims have from being deleted (pkg/controller/volume/vacprotection). */
export const attributesClassProtection = defineController({
  name: 'volumeattributesclass-protection-controller',
  queue: 'vacprotection',
  for: VolumeAttributesClass,
  filter: ({ object, deleted }) => !deleted && needsProtection(object, FINALIZER),
  watches: [
    watching(PersistentVolumeClaim, (change) => letGo(classesOfClaim, change)),
    watching(PersistentVolume, (change) => letGo(classesOfVolume, change)),
  ],
  index(informers) {
    informers.of(PersistentVolume).addIndex(BY_ATTRIBUTES, classesOfVolume);
    informers.of(PersistentVolumeClaim).addIndex(BY_ATTRIBUTES, classesOfClaim);
  },
  async reconcile(object, ctx) {
    const used = () => isUsed(object.metadata.name, ctx.informers);
    await protect({ resource: VolumeAttributesClass, object, finalizer: FINALIZER, isUsed: used }, ctx);
    return undefined;
  },
});
