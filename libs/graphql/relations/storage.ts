import { Node, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass, VolumeAttachment, VolumeAttributesClass } from '#api';
import { podsByReference } from './pod.js';
import { referredToBy, refersToOne } from './references.js';
import type { Relation } from './relation.js';

/** Among claims, volumes, their classes and the nodes they are attached to. */
export const storageRelations: readonly Relation[] = [
  refersToOne({
    on: PersistentVolumeClaim,
    field: 'persistentVolume',
    description: 'The PersistentVolume this claim is bound to.',
    to: PersistentVolume,
    at: ({ spec }) => ({ name: spec.volumeName }),
  }),
  refersToOne({
    on: PersistentVolumeClaim,
    field: 'storageClass',
    description: 'The StorageClass this claim names.',
    to: StorageClass,
    at: ({ spec }) => ({ name: spec.storageClassName }),
  }),
  refersToOne({
    on: PersistentVolumeClaim,
    field: 'volumeAttributesClass',
    description: 'The VolumeAttributesClass this claim names.',
    to: VolumeAttributesClass,
    at: ({ spec }) => ({ name: spec.volumeAttributesClassName }),
  }),
  referredToBy({
    on: PersistentVolumeClaim,
    field: 'pods',
    description: 'The Pods whose volumes refer to this claim.',
    to: Pod,
    by: podsByReference,
    keys: ({ metadata }) => [`claim/${metadata.name}`],
  }),
  refersToOne({
    on: PersistentVolume,
    field: 'persistentVolumeClaim',
    description: 'The PersistentVolumeClaim this volume is bound to.',
    to: PersistentVolumeClaim,
    at: ({ spec }) => spec.claimRef && { name: spec.claimRef.name, namespace: spec.claimRef.namespace },
  }),
  refersToOne({
    on: PersistentVolume,
    field: 'storageClass',
    description: 'The StorageClass this volume is of.',
    to: StorageClass,
    at: ({ spec }) => ({ name: spec.storageClassName }),
  }),
  referredToBy({
    on: PersistentVolume,
    field: 'volumeAttachments',
    description: 'The VolumeAttachments of this volume.',
    to: VolumeAttachment,
    by: {
      name: 'volume',
      keys: ({ spec }) => (spec.source.persistentVolumeName ? [spec.source.persistentVolumeName] : []),
    },
  }),
  referredToBy({
    on: StorageClass,
    field: 'persistentVolumeClaims',
    description: 'The PersistentVolumeClaims that name this class.',
    to: PersistentVolumeClaim,
    by: { name: 'class', keys: ({ spec }) => (spec.storageClassName ? [spec.storageClassName] : []) },
  }),
  referredToBy({
    on: StorageClass,
    field: 'persistentVolumes',
    description: 'The PersistentVolumes of this class.',
    to: PersistentVolume,
    by: { name: 'class', keys: ({ spec }) => (spec.storageClassName ? [spec.storageClassName] : []) },
  }),
  refersToOne({
    on: VolumeAttachment,
    field: 'persistentVolume',
    description: 'The PersistentVolume that is attached.',
    to: PersistentVolume,
    at: ({ spec }) => ({ name: spec.source.persistentVolumeName }),
  }),
  refersToOne({
    on: VolumeAttachment,
    field: 'node',
    description: 'The Node it is attached to.',
    to: Node,
    at: ({ spec }) => ({ name: spec.nodeName }),
  }),
];
